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

    func run() throws {
        let configuration = try options.load()
        try Terminal.printReport(isToBePrinted ? configuration.yaml : "\(options.config): correct\n", to: 1)
    }
}
