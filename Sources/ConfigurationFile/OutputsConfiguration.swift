import Exporter
import Labels
import NetTypes
import Spool

/// Section `outputs`: where flows go. Any combination at once.
package struct OutputsConfiguration: Sendable, Equatable {
    /// Collectors that flows are sent to.
    package var export: [ExportEndpoint] = []
    /// Groups that collectors are members of.
    package var groups: [ExportGroup] = []
    /// Receivers of events.
    package var events: [SyslogAddress] = []
    /// IPFIX: two records of one direction each in place of a biflow.
    package var uniflow = false
    /// Whether flows get application labels from their first payloads.
    package var labels = false
    /// Which attributes go with labels.
    package var labelAttributes = AttributeSelection.technical
    /// IPFIX: which elements records carry.
    package var elements = ElementSet.standard
    /// IPFIX: the operator's private enterprise number.
    package var enterpriseNumber: UInt32 = 32473
    /// Path of an IPFIX file (RFC 5655); nil for none.
    package var ipfix: String?
    /// Path of a file of JSON lines, `-` for standard output; nil for none.
    package var json: String?
    /// Path of an SQLite store; nil for none.
    package var store: String?

    /// Folder of the spool that keeps records for every collector but those of datagrams; nil for none.
    package var spool: String?
    /// Octets of the spool, beyond which the oldest records are given up.
    package var spoolSize = SpoolConfiguration(folder: "").size
    /// Age at which records in the spool are given up.
    package var spoolAge = SpoolConfiguration(folder: "").age
    /// When the spool waits for the disk.
    package var spoolSync = SpoolConfiguration.Synchronization.commit
    /// How the spool packs records.
    package var spoolCompression = SpoolConfiguration.Compression.none

    /// The defaults: no output.
    package init() {}

    /// Why these collectors, in these groups, cannot be served with this spool, these labels and these of their attributes, as a
    /// sentence; nil when they can.
    package static func problem(
        spool: String?, collectors: [ExportEndpoint], groups: [ExportGroup] = [], labels: Bool,
        attributes: AttributeSelection
    ) -> String? {
        if let problem = ExportGroup.problem(groups, of: collectors, hasSpool: spool != nil) { return problem }
        let collectors = ExportGroup.applying(groups, to: collectors)
        if !labels, let needy = collectors.first(where: { $0.parameters.filter?.needsLabels == true }) {
            return
                "The filter of the collector \(needy.name) asks for labels, and there are none: give --labels on, or set "
                + "outputs.labels."
        }
        if !attributes.contains(.serverName),
            let needy = collectors.first(where: { $0.parameters.filter?.readsServerName == true })
        {
            return
                "The filter of the collector \(needy.name) asks for server names, which are not kept: name serverName among "
                + "--label-attributes, or in outputs.labelAttributes."
        }
        let names = collectors.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            return
                "The collector \(twice) is named twice: its account, its metrics and what is said of it go by its address. Name it "
                + "once, with one filter for all that it is to get."
        }
        if spool == nil {
            guard let needy = collectors.first(where: \.needsSpool) else { return nil }
            return "The collector \(needy) needs a spool: name a folder with --spool, or in outputs.spool."
        }
        guard collectors.contains(where: { !$0.transport.isDatagram }) else {
            return "A spool is for tcp://, tls://, https:// and kafka:// collectors, and there is none."
        }
        return nil
    }
}
