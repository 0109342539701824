/// A sink that sends messages to a collector, or to a file for one, and keeps books of it.
package protocol CollectorSink: RecordSink {
    /// What was sent so far, and what was not; complete after `finish`.
    var statistics: IPFIXStatistics { get }
    /// The capture side's numbers, for options data. Set them before `finish`.
    var captureStatistics: ExportStatistics { get set }
    /// Whether records can be sent now, as far as is known.
    var isConnected: Bool { get }
}
