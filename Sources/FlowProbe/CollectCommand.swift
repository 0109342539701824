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

    @Option(
        help: ArgumentHelp(
            "Take requests that post IPFIX, on a loopback address; may be repeated.", valueName: "address:port"))
    var http: [String] = []

    @Option(help: ArgumentHelp("Take requests that post IPFIX within TLS; may be repeated.", valueName: "address:port"))
    var https: [String] = []

    @Option(
        help: ArgumentHelp(
            "Requests have to show the token in this file's first line (Authorization: Bearer).", valueName: "file"),
        completion: .file())
    var token: String?

    @Option(help: ArgumentHelp("The certificate for --tls and --https, PEM.", valueName: "file"), completion: .file())
    var certificate: String?

    @Option(help: ArgumentHelp("Its key, PEM.", valueName: "file"), completion: .file())
    var key: String?

    @Option(
        name: .customLong("client-ca"),
        help: ArgumentHelp(
            "Clients of --tls and --https need a certificate of this authority, PEM.", valueName: "file"),
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
    var listens: Bool { !(udp + connectionAddresses).isEmpty }

    private var connectionAddresses: [String] { tcp + tls + requestAddresses }
    private var requestAddresses: [String] { http + https }

    func validate() throws {
        guard listens != !file.isEmpty else {
            throw ValidationError(
                listens
                    ? "Files and sockets are collected by commands of their own: --file, or --udp, --tcp, --tls and so on."
                    : "Say what to collect: --file FILE, or --udp, --tcp, --tls, --http or --https ADDRESS:PORT.")
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
            return "--ack, --live, --exporters, --until-idle and --connections are for sockets: --udp, --tcp and so on."
        }
        if live, json == "-" { return "--live and --json - cannot both have standard output: name a file." }
        let isSecure = !(tls + https).isEmpty
        if isSecure != (certificate != nil) || isSecure != (key != nil) || !isSecure && clientAuthority != nil {
            return "--tls and --https need --certificate and --key, and these and --client-ca need one of them."
        }
        if ack, connectionAddresses.isEmpty { return "--ack answers on connections: add --tcp, --tls or --https." }
        if !ack, !requestAddresses.isEmpty { return "--http and --https answer when records are on disk: add --ack." }
        if token != nil, requestAddresses.isEmpty { return "--token is for requests: add --http or --https." }
        if ack, json == "-" || (json == nil && store == nil) {
            return "--ack answers when records are on disk: add --store FILE or --json FILE."
        }
        if let untilIdle, !(untilIdle > 0 && untilIdle <= 1e9) { return "--until-idle takes a number of seconds." }
        if let connections, connections < 1 || connectionAddresses.isEmpty {
            return "--connections takes a number from 1 and needs --tcp, --tls, --http or --https."
        }
        return nil
    }

    /// Where to listen, by transport.
    func listenAddresses() throws -> CollectorConfiguration {
        func parse(_ texts: [String], _ port: UInt16) throws(ExportError) -> [ListenAddress] {
            try texts.map { text throws(ExportError) in try ListenAddress(parsing: text, defaultPort: port) }
        }
        var configuration = CollectorConfiguration()
        do throws(ExportError) {
            configuration.udp = try parse(udp, 4739)
            configuration.tcp = try parse(tcp, 4739)
            configuration.tls = try parse(tls, 4740)
            configuration.http = try parse(http, 80)
            configuration.https = try parse(https, 443)
        } catch { throw ValidationError(error.description) }
        if let open = configuration.http.first(where: { !$0.isLoopback }) {
            throw ValidationError(
                "--http \(open): what is posted there is neither secret nor of a known sender, so that it has to be a "
                    + "loopback address. Use --https.")
        }
        return configuration
    }

    func run() throws {
        if listens { try runOnSockets() } else { try runOnFiles() }
    }

    /// The store that was asked for, with a run that knows where its records came from.
    func openStore() throws(ExportError) -> SQLiteSink? {
        guard let store else { return nil }
        var run = StoreRun()
        run.program = "flowprobe \(flowprobeVersion)"
        let sockets = [("udp", udp), ("tcp", tcp), ("tls", tls), ("http", http), ("https", https)]
        run.inputs = file + sockets.flatMap { name, places in places.map { "\(name)://\($0)" } }
        run.options = CommandLine.arguments.dropFirst().joined(separator: " ")
        return try SQLiteSink(path: store, run: run)
    }
}
