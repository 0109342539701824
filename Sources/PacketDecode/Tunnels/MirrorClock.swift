/// What the time stamps of ERSPAN type III count: the granularity in its header (draft-foschiano-erspan-03 section 4.3).
package enum MirrorClock: UInt8, Sendable, CaseIterable {
    /// 100 microseconds.
    case hundredMicroseconds = 0
    /// 100 nanoseconds.
    case hundredNanoseconds = 1
    /// Nanoseconds of IEEE 1588.
    case precisionTime = 2
    /// What the switch has been told to count.
    case configured = 3
}

extension MirrorClock: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .hundredMicroseconds: "100 microseconds"
        case .hundredNanoseconds: "100 nanoseconds"
        case .precisionTime: "IEEE 1588"
        case .configured: "the switch's own choice"
        }
    }
}
