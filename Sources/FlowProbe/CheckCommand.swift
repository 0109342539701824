import ArgumentParser
import ConfigurationFile

/// `flowprobe check`: says what is wrong with a configuration.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the configuration of flowprobe run: all problems, each with its place.",
        discussion: """
            The file, then FLOWPROBE_ variables, then --set, as flowprobe run would take them. Exit codes: 0 the \
            configuration is correct; 2 it is not; 3 the file cannot be read.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(name: .customLong("print"), help: "Print what would hold, defaults included, as a configuration.")
    var isToBePrinted = false

    @Flag(help: "Print the hosts that collectors and receivers of events are on, one a line, as they are named.")
    var hosts = false

    func validate() throws {
        if isToBePrinted, hosts { throw ValidationError("--print and --hosts are asked for one at a time.") }
    }

    func run() throws {
        let configuration = try options.load()
        if hosts {
            let outputs = configuration.outputs
            let endpoints = outputs.export + outputs.events.map(\.endpoint)
            let names = endpoints.flatMap { $0.kafka?.brokers.map(\.host) ?? [$0.host] }
            return try Terminal.printReport(Set(names).sorted().map { $0 + "\n" }.joined(), to: 1)
        }
        try Terminal.printReport(isToBePrinted ? configuration.yaml : "\(options.config): correct\n", to: 1)
    }
}
