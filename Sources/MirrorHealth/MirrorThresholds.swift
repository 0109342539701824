/// Where a verdict turns. Shares are of the whole named beside them; docs/doctor.md says the same for operators.
package enum MirrorThresholds {
    /// Packets below which nothing is said about packets, and flows below which nothing is said about flows: a share of 1 %
    /// of 1000 packets is ten, which chance does not make.
    package static let packets: UInt64 = 1000
    /// A share of 10 % of 20 flows is two: one odd flow does not decide.
    package static let flows: UInt64 = 20
    /// Seconds of silence that say something: switches send spanning tree every two seconds, LLDP every thirty.
    package static let silence: Double = 2

    /// One-sided TCP connections of all: routing that differs per direction makes a few, a mirror session that takes one
    /// direction makes nearly all, one of two uplinks about half.
    package static let oneSided = Turn(warning: 0.10, fault: 0.40)
    /// Duplicates of packets compared: a retransmission within 10 ms happens once in thousands of packets. A mirror that
    /// copies one VLAN of many twice shows a few percent, one that copies all twice 50 %.
    package static let duplicates = Turn(warning: 0.01, fault: 0.05)
    /// Retransmitted octets of all TCP octets, while nobody compares packets: networks that lose 5 % hardly work, and a
    /// mirror that copies all twice shows nearly half.
    package static let retransmissions = 0.20
    /// Flows whose directions are in different VLANs, of all flows with both: those flows are taken for two halves.
    package static let vlanDiffers = Turn(warning: 0.01, fault: 0.10)
    /// Packets cut, of all: malformed packets, which look the same, are rarer than one in a thousand.
    package static let cut = 0.001
    /// Packets without whole headers, of all: those have no ports, or no flow.
    package static let headersCut = 0.01
    /// Packets lost, of all, in a ring or in the adapter: any loss is said; at one in a thousand most long flows have a gap.
    package static let loss = 0.001
    /// Steps of a clock: chrony and ntpd set the clock once after they start. Twice is two programs that disagree, or a
    /// virtual machine that is paused.
    package static let clockSteps: UInt64 = 2

    /// Two shares: from the first on it is a warning, from the second on a fault.
    package struct Turn: Sendable {
        /// Share from which it is a warning.
        package var warning: Double
        /// Share from which it is a fault.
        package var fault: Double

        /// What `part` of `whole` amounts to.
        func severity(_ part: UInt64, of whole: UInt64) -> MirrorVerdict.Severity {
            let share = whole == 0 ? 0 : Double(part) / Double(whole)
            return share >= fault ? .fault : share >= warning ? .warning : .ok
        }
    }
}
