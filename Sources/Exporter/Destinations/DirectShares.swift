import FlowTable

/// What of the records each collector without a spool gets: its filter, and its share of a group of balance. The key of the
/// shares is drawn anew with each process: no flow outlives one.
package struct DirectShares {
    private var shares: [String: (shares: ConversationShares, place: Int)] = [:]

    /// For the members of `groups` among `collectors`.
    package init(_ groups: [ExportGroup], of collectors: [ExportEndpoint]) {
        for group in groups where group.kind == .balance {
            let names = group.members(of: collectors).map(\.name)
            let all = ConversationShares(among: names, key: ConversationShares.randomKey())
            for (place, name) in names.enumerated() { shares[name] = (all, place) }
        }
    }

    /// Whether the collector at `endpoint` gets less than everything.
    package func isFiltered(_ endpoint: ExportEndpoint) -> Bool {
        endpoint.parameters.filter != nil || shares[endpoint.name] != nil
    }

    /// A way to `sink`, which is the collector at `endpoint`, for what it is to get.
    package func way(to sink: any CollectorSink, at endpoint: ExportEndpoint) -> any CollectorSink {
        guard isFiltered(endpoint) else { return sink }
        let (filter, share) = (endpoint.parameters.filter, shares[endpoint.name])
        return FilteredSink(to: sink) { record, attributes in
            if let share, share.shares.owner(of: record) != share.place { return false }
            return filter?.keeps(record, attributes) ?? true
        }
    }
}
