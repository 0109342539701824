import Exporter
import NetTypes
import Spool

// How a time without records is told (docs/export-contract.md).
extension CoverageGap {
    /// The template of its record of options data: 519 for the whole probe, 522 for an input.
    var optionsTemplate: OptionsTemplate { cause.isOfInput ? .inputGap : .coverageGap }

    /// What that record holds.
    var optionsValues: [OptionsValue] {
        let scope: [OptionsValue] =
            cause.isOfInput ? [.number(UInt64(observationPoint)), .number(UInt64(observationDomain))] : [.number(1)]
        return scope + [
            .number(UInt64(clamping: start / 1_000_000)), .number(UInt64(clamping: end / 1_000_000)),
            .number(UInt64(cause.rawValue)), .number(unrecordedPackets),
        ]
    }

    /// A JSON object with the elements' names.
    var object: String {
        let scope =
            cause.isOfInput
            ? "\"observationPointId\":\(observationPoint),\"observationDomainId\":\(observationDomain)," : ""
        return "{\(scope)\"coverageGapStartMilliseconds\":\"\(rfc3339(start))\","
            + "\"coverageGapEndMilliseconds\":\"\(rfc3339(end))\","
            + "\"coverageGapCause\":\(cause.rawValue),"
            + "\"coverageGapUnrecordedPackets\":\(unrecordedPackets)}"
    }

    /// The header field of a request that tells of it: a Dictionary of RFC 9651 for the whole probe, an Item of a List for an
    /// input.
    var headerField: (String, String) {
        let times = (start: start / 1_000_000, end: end / 1_000_000)
        if cause.isOfInput {
            return (
                "Flowprobe-Input-Gap",
                "\(observationPoint);domain=\(observationDomain);cause=\(cause.rawValue);start=\(times.start)"
                    + ";end=\(times.end);lost=\(lostPackets)"
            )
        }
        return (
            "Flowprobe-Coverage-Gap",
            "start=\(times.start), end=\(times.end), clean=\(cause == .stopped ? "?1" : "?0"), "
                + "unrecorded=\(unrecordedPackets)"
        )
    }
}
