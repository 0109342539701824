import ArgumentParser
import Collector
import Exporter
import Foundation

/// `flowprobe collect`: IPFIX files in, records out.
struct CollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Read IPFIX files of any exporter into JSON lines or a store, and say what is missing from them.",
        discussion: """
            The report tells records, what was lost or repeated by sequence number, and what was malformed and where. \
            Exit codes: 0 done; 1 a file was damaged or malformed, and what was sound was used; 2 the command line is \
            wrong; 3 a file cannot be read; 4 an output failed. docs/collect.md has the rest.
            """)

    @Option(help: ArgumentHelp("An IPFIX file (RFC 5655); may be repeated.", valueName: "file"), completion: .file())
    var file: [String] = []

    @Option(
        help: ArgumentHelp("Write records as JSON, one a line; - for standard output.", valueName: "file"),
        completion: .file())
    var json: String?

    @Option(
        help: ArgumentHelp("Add the records to an SQLite file (docs/store.md).", valueName: "file"), completion: .file()
    )
    var store: String?

    @Flag(name: [.short, .long], help: "No report.")
    var quiet = false

    func validate() throws {
        guard !file.isEmpty else { throw ValidationError("Name a file to read: --file FILE.") }
        guard store != "-" else { throw ValidationError("--store cannot go to standard output: name a file.") }
        let outputs = [json, store].compactMap { $0 }.filter { $0 != "-" }
        guard Set(outputs).count == outputs.count, Set(outputs).isDisjoint(with: file) else {
            throw ValidationError("An output is named twice, or is one of the inputs.")
        }
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        for path in file {
            guard FileManager.default.isReadableFile(atPath: path) else {
                throw ProbeFailure(
                    code: .inputUnreadable,
                    message: "The file \(path) cannot be read. Check its name and permissions.")
            }
            guard (try? FileManager.default.contentsOfDirectory(atPath: path)) == nil else {
                throw ProbeFailure(
                    code: .inputUnreadable, message: "\(path) is a folder. Name the IPFIX files in it.")
            }
        }
        var sessions: [CollectorSession] = []
        var isDamaged = false
        do throws(ExportError) {
            let output = try open()
            for path in file {
                let session = CollectorSession(name: path, transport: .file)
                sessions.append(session)
                if try !read(path, session, output) { isDamaged = true }
            }
            try output.finish(balance: CollectorReport.text(sessions))
        } catch {
            throw ProbeFailure(code: .outputFailed, message: error.description)
        }
        if !quiet { try Terminal.printReport(CollectorReport.text(sessions), to: json == "-" ? 2 : 1) }
        if isDamaged || sessions.contains(where: { $0.tally.malformed.total > 0 }) {
            throw ProbeExit.inputDamaged.parserCode
        }
    }

    private func open() throws(ExportError) -> CollectorOutput {
        var run = StoreRun()
        run.program = "flowprobe \(flowprobeVersion)"
        run.inputs = file
        run.options = CommandLine.arguments.dropFirst().joined(separator: " ")
        var lines: LineFile?
        var sink: SQLiteSink?
        if let json { lines = try LineFile(path: json) }
        if let store { sink = try SQLiteSink(path: store, run: run) }
        return CollectorOutput(lines: lines, store: sink)
    }

    /// Reads one file; false when it is damaged.
    private func read(_ path: String, _ session: CollectorSession, _ output: CollectorOutput) throws(ExportError)
        -> Bool
    {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            Terminal.write("flowprobe: The file \(path) cannot be opened any more.\n", to: 2)
            return false
        }
        var stream = MessageStream()
        while !stream.isBroken {
            let block: Data?
            do {
                block = try handle.read(upToCount: 1 << 20)
            } catch {
                Terminal.write(
                    "flowprobe: The file \(path) cannot be read beyond octet \(stream.consumed): "
                        + "\(error.localizedDescription) What came before was used.\n", to: 2)
                return false
            }
            guard let block, !block.isEmpty else { break }
            stream.append(block)
            while let message = stream.next() { session.receive(message.span, to: output) }
            try output.check()
        }
        guard stream.isBroken || stream.pending > 0 else { return true }
        let what = stream.isBroken ? "is no IPFIX message" : "ends within a message"
        Terminal.write(
            "flowprobe: The file \(path) \(what) at octet \(stream.consumed). What came before was used.\n", to: 2)
        return false
    }
}
