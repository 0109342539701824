import Exporter

/// Section `outputs`: where flows go. Any combination at once.
package struct OutputsConfiguration: Sendable, Equatable {
    /// Collectors that IPFIX is sent to.
    package var export: [ExportEndpoint] = []
    /// IPFIX: two records of one direction each in place of a biflow.
    package var uniflow = false
    /// Whether flows get application labels from their first payloads.
    package var labels = false
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

    /// The defaults: no output.
    package init() {}

    /// What the IPFIX outputs have in common, with the inputs as observation points.
    package func ipfixOptions(inputs: [InputConfiguration]) -> IPFIXOptions {
        var options = IPFIXOptions()
        options.elements = elements
        options.uniflow = uniflow
        options.labels = labels
        options.enterpriseNumber = enterpriseNumber
        options.observationPoints = inputs.enumerated().map { index, input in
            IPFIXOptions.ObservationPoint(
                id: UInt32(index + 1), observationDomainId: input.domain, interfaceName: input.interface,
                interfaceDescription: input.name)
        }
        return options
    }
}
