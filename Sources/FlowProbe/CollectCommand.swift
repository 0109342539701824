import ArgumentParser
import Collector
import CollectorService
import Exporter
import Foundation

/// `flowprobe collect`: what exporters send, from files and from sockets, into records.
struct CollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract:
            "Collect IPFIX, NetFlow and sFlow of any exporter into JSON lines or a store, and say what is missing.",
        discussion: """
            Reads IPFIX files, or listens until Ctrl-C. The report tells records, what was lost or repeated by sequence \
            number, and what was malformed and where; SIGUSR1 prints it to standard error meanwhile. Exit codes: 0 done; \
            1 something was damaged or malformed, and what was sound was used; 2 the command line is wrong; 3 a file \
            cannot be read, or an address not be listened at; 4 an output failed. docs/collect.md has the rest.
            """)

    @Option(help: ArgumentHelp("An IPFIX file (RFC 5655); may be repeated.", valueName: "file"), completion: .file())
    var file: [String] = []

    @Option(
        help: ArgumentHelp(
            "Take IPFIX, NetFlow 9 and 5 and sFlow 5 in datagrams; may be repeated.", valueName: "address:port"))
    var udp: [String] = []

    @Option(help: ArgumentHelp("Take IPFIX on connections; may be repeated.", valueName: "address:port"))
    var tcp: [String] = []

    @Option(help: ArgumentHelp("Take IPFIX on connections within TLS; may be repeated.", valueName: "address:port"))
    var tls: [String] = []

    @Option(help: ArgumentHelp("The certificate for --tls, PEM.", valueName: "file"), completion: .file())
    var certificate: String?

    @Option(help: ArgumentHelp("Its key, PEM.", valueName: "file"), completion: .file())
    var key: String?

    @Option(
        name: .customLong("client-ca"),
        help: ArgumentHelp("Clients of --tls need a certificate of this authority, PEM.", valueName: "file"),
        completion: .file())
    var clientAuthority: String?

    @Flag(help: "Acknowledge batches on connections when they are on disk (docs/delivery.md).")
    var ack = false

    @Option(
        help: ArgumentHelp("Write records as JSON, one a line; - for standard output.", valueName: "file"),
        completion: .file())
    var json: String?

    @Option(
        help: ArgumentHelp("Add the records to an SQLite file (docs/store.md).", valueName: "file"), completion: .file()
    )
    var store: String?

    @Flag(help: "Let each line of JSON say who sent it and when.")
    var exporters = false

    @Flag(help: "Show what is being collected: rates, who sends most, sessions with loss.")
    var live = false

    @Option(
        name: .customLong("until-idle"),
        help: ArgumentHelp("End when nothing has come for so long.", valueName: "seconds"))
    var untilIdle: Double?

    @Option(help: ArgumentHelp("End when so many connections have ended.", valueName: "number"))
    var connections: Int?

    @Flag(name: [.short, .long], help: "No report.")
    var quiet = false

    /// Whether it listens, rather than reads.
    var listens: Bool { !(udp + tcp + tls).isEmpty }

    func validate() throws {
        guard listens != !file.isEmpty else {
            throw ValidationError(
                listens
                    ? "Files and sockets are collected by commands of their own: --file, or --udp, --tcp and --tls."
                    : "Say what to collect: --file FILE, or --udp, --tcp or --tls ADDRESS:PORT.")
        }
        guard store != "-" else { throw ValidationError("--store cannot go to standard output: name a file.") }
        let outputs = [json, store].compactMap { $0 }.filter { $0 != "-" }
        guard Set(outputs).count == outputs.count, Set(outputs).isDisjoint(with: file) else {
            throw ValidationError("An output is named twice, or is one of the inputs.")
        }
        if let problem = socketProblem { throw ValidationError(problem) }
        _ = try listenAddresses()
    }

    /// What is wrong with the options that sockets have; nil when nothing is.
    private var socketProblem: String? {
        if !listens, ack || live || exporters || untilIdle != nil || connections != nil {
            return "--ack, --live, --exporters, --until-idle and --connections are for --udp, --tcp and --tls."
        }
        if live, json == "-" { return "--live and --json - cannot both have standard output: name a file." }
        if tls.isEmpty != (certificate == nil) || tls.isEmpty != (key == nil) || tls.isEmpty && clientAuthority != nil {
            return "--tls needs --certificate and --key, and these and --client-ca need --tls."
        }
        if ack, tcp.isEmpty, tls.isEmpty { return "--ack answers on connections: add --tcp or --tls." }
        if ack, json == "-" || (json == nil && store == nil) {
            return "--ack answers when records are on disk: add --store FILE or --json FILE."
        }
        if let untilIdle, !(untilIdle > 0 && untilIdle <= 1e9) { return "--until-idle takes a number of seconds." }
        if let connections, connections < 1 || (tcp + tls).isEmpty {
            return "--connections takes a number from 1 and needs --tcp or --tls."
        }
        return nil
    }

    /// Where to listen, by transport.
    func listenAddresses() throws -> (udp: [ListenAddress], tcp: [ListenAddress], tls: [ListenAddress]) {
        do {
            return (
                try udp.map { try ListenAddress(parsing: $0, defaultPort: 4739) },
                try tcp.map { try ListenAddress(parsing: $0, defaultPort: 4739) },
                try tls.map { try ListenAddress(parsing: $0, defaultPort: 4740) }
            )
        } catch let error as ExportError { throw ValidationError(error.description) }
    }

    func run() throws {
        if listens { try runOnSockets() } else { try runOnFiles() }
    }

    /// The store that was asked for, with a run that knows where its records came from.
    func openStore() throws(ExportError) -> SQLiteSink? {
        guard let store else { return nil }
        var run = StoreRun()
        run.program = "flowprobe \(flowprobeVersion)"
        run.inputs = file + (udp.map { "udp://" + $0 } + tcp.map { "tcp://" + $0 } + tls.map { "tls://" + $0 })
        run.options = CommandLine.arguments.dropFirst().joined(separator: " ")
        return try SQLiteSink(path: store, run: run)
    }
}
