import ArgumentParser
import ConfigurationFile
import Exporter
import NetTypes
import Spool

/// Options about the spool that keeps records until a collector has them.
struct SpoolOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep records in this folder until every collector but those of udp:// has them (docs/delivery.md).",
            valueName: "folder"),
        completion: .directory)
    var spool: String?

    @Option(help: ArgumentHelp("Size of the spool; beyond it the oldest records are given up.", valueName: "octets"))
    var spoolSize = OctetCount(octets: SpoolConfiguration(folder: "").size)

    @Option(help: ArgumentHelp("Age at which records in the spool are given up.", valueName: "seconds"))
    var spoolAge: Seconds?

    @Option(help: "When the spool waits for the disk: at each commit, once a second, or never.")
    var spoolSync = SpoolConfiguration.Synchronization.commit

    @Option(help: "How the spool packs records.")
    var spoolCompression = SpoolConfiguration.Compression.none

    func validate() throws {
        guard spoolSize.octets >= SpoolConfiguration.smallestSize else {
            throw ValidationError("--spool-size takes \(SpoolConfiguration.smallestSize >> 20)MiB or more.")
        }
        guard spool != "" else { throw ValidationError("--spool names a folder.") }
    }

    /// What the spool is to be; nil for none.
    var configuration: SpoolConfiguration? {
        guard let spool else { return nil }
        var configuration = SpoolConfiguration(folder: spool)
        configuration.size = spoolSize.octets
        if let spoolAge { configuration.age = spoolAge.nanoseconds }
        configuration.synchronization = spoolSync
        configuration.compression = spoolCompression
        return configuration
    }
}

extension SpoolConfiguration.Synchronization: ExpressibleByArgument {}
extension SpoolConfiguration.Compression: ExpressibleByArgument {}

extension SpoolOptions {
    /// What a configuration file says.
    init(_ outputs: OutputsConfiguration) throws {
        // Only the parser gives such options values.
        self = try SpoolOptions.parse([])
        spool = outputs.spool
        spoolSize = OctetCount(octets: outputs.spoolSize)
        spoolAge = Seconds(nanoseconds: outputs.spoolAge)
        spoolSync = outputs.spoolSync
        spoolCompression = outputs.spoolCompression
    }
}
