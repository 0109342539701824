/// What is known of one observation domain in one session: its templates, and how far its sequence numbers have come.
final class ObservationDomain {
    /// IE 149.
    let id: UInt32
    /// Templates by id.
    var templates: [UInt16: CollectedTemplate] = [:]
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

    /// Forgets what belongs to a transport session; counts stay.
    func renew() {
        templates = [:]
        initMilliseconds = nil
        (faults, strayFaults) = (0, 0)
        sequence.renew()
    }
}
