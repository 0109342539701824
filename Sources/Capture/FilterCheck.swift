/// Looks at packet filters before there is anything to filter.
package enum FilterCheck {
    /// Why libpcap takes `expression` on none of the usual link types, as it says it on the first of them; nil when it
    /// takes it. Needs no privileges.
    package static func refusal(_ expression: String) -> String? {
        do throws(CaptureError) {
            _ = try PacketFilter(expression, linkTypes: ReplaySource.usualLinkTypes)
            return nil
        } catch {
            guard case .badFilter(_, let reason) = error else { return error.description }
            return reason
        }
    }
}
