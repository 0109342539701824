/// What is known of one observation domain in one session: its templates, and how far its sequence numbers have come.
final class ObservationDomain {
    /// IE 149.
    let id: UInt32
    /// Templates by id.
    private(set) var templates: [UInt16: CollectedTemplate] = [:]
    /// Ids of those of flows, and of options: all of a kind are withdrawn at the cost of those that there are.
    private var ids: (flows: Set<UInt16>, options: Set<UInt16>) = ([], [])
    /// What was lost and repeated.
    var sequence = SequenceTracker()
    /// Flow records taken.
    var records: UInt64 = 0
    /// When the exporter started, from options data (IE 160), milliseconds since 1970.
    var initMilliseconds: Int64?

    /// How often records of it can have been lost to something wrong since its last batch was closed.
    var faults: UInt64 = 0
    /// The session's, by then.
    var strayFaults: UInt64 = 0

    /// A domain of which nothing has come.
    init(id: UInt32) { self.id = id }

    /// Ids of the templates of one kind.
    func ids(isOptions: Bool) -> Set<UInt16> { isOptions ? ids.options : ids.flows }

    /// Keeps a template in place of the one with its id.
    func keep(_ template: CollectedTemplate) {
        remove(template.id)
        templates[template.id] = template
        if template.scopeCount > 0 { ids.options.insert(template.id) } else { ids.flows.insert(template.id) }
    }

    /// Forgets a template.
    func remove(_ id: UInt16) {
        guard let old = templates.removeValue(forKey: id) else { return }
        if old.scopeCount > 0 { ids.options.remove(id) } else { ids.flows.remove(id) }
    }

    /// Forgets what belongs to a transport session; counts stay.
    func renew() {
        (templates, ids) = ([:], ([], []))
        initMilliseconds = nil
        (faults, strayFaults) = (0, 0)
        sequence.renew()
    }
}
