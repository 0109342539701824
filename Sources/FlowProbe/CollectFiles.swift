import Collector
import Exporter
import Foundation

extension CollectCommand {
    /// Collects files, one after the other.
    func runOnFiles() throws {
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
            let output = CollectorOutput(
                lines: try json.map { path throws(ExportError) in try LineFile(path: path) }, store: try openStore())
            for path in file {
                let session = CollectorSession(name: path, transport: .file)
                sessions.append(session)
                if try !Self.read(path, session, output) { isDamaged = true }
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

    /// Reads one file; false when it is damaged.
    private static func read(_ path: String, _ session: CollectorSession, _ output: CollectorOutput) throws(ExportError)
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
