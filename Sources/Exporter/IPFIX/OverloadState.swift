import FlowTable
import NetTypes

/// What a live run gives up in an observation domain, for options data.
package struct OverloadState: Sendable, Equatable {
    /// The domain (IE 149).
    package var observationDomainId: UInt32
    /// By the numbers of `overloadStep`.
    package var step: UInt8
    /// Which flows are counted.
    package var selector: FlowSelector
    /// Since when, Unix time.
    package var since: Nanoseconds

    /// All of it.
    package init(observationDomainId: UInt32, step: UInt8, selector: FlowSelector, since: Nanoseconds) {
        self.observationDomainId = observationDomainId
        self.step = step
        self.selector = selector
        self.since = since
    }

    /// The values of `OptionsTemplate.overload`.
    var values: [OptionsValue] {
        [
            .number(UInt64(observationDomainId)), .number(UInt64(step)), .number(UInt64(selector.id)),
            .number(UInt64(clamping: since / 1_000_000)),
        ]
    }
}

extension FlowSelector {
    /// The values of `OptionsTemplate.flowSelector`. The algorithm is 4, uniform probabilistic sampling, which a keyed hash
    /// stands for: the registry's hashes (6 to 8) are others, and can be foretold.
    var optionsValues: [OptionsValue] {
        let name =
            self == .all ? "every flow" : "one of \(factor) flows, by a keyed hash of addresses, ports and protocol"
        return [
            .number(UInt64(id)), .number(4), .number((1 / Double(factor)).bitPattern), .text(name),
        ]
    }
}
