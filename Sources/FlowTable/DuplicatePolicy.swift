import NetTypes
import PacketDecode

/// What is done about packets that a mirror port brings more than once.
package struct DuplicatePolicy: Sendable, Equatable {
    /// What becomes of a copy.
    package enum Action: String, Sendable, CaseIterable {
        /// Nobody looks for copies: each is counted as a packet.
        case off
        /// Copies are told and counted, in their flows as well.
        case count
        /// Copies are told and kept out of flows.
        case drop
    }

    /// How far apart copies may be unless told otherwise.
    package static let usualWindow: Nanoseconds = 10_000_000
    /// What the window may be. A second is longer than any switch holds a packet.
    package static let windowRange: ClosedRange<Nanoseconds> = 1_000_000...nanosecondsPerSecond

    /// What becomes of a copy. Off by default: every octet of every packet has to be read to tell one, and a mirror session
    /// that copies nothing twice is the better cure.
    package var action: Action
    /// How far apart copies may be.
    package var window: Nanoseconds

    /// A policy; without arguments nobody looks for copies.
    package init(action: Action = .off, window: Nanoseconds = usualWindow) {
        self.action = action
        self.window = window
    }
}

extension FlowTableConfiguration {
    /// The words that packets are told apart by; nil when nobody looks for copies.
    package var identityKeys: PacketIdentityKeys? {
        guard duplicates.action != .off else { return nil }
        // The slot keys are random in every run, and their fold is no key of theirs.
        return PacketIdentityKeys(
            secret: slotKeys.0 ^ (slotKeys.1 &* 0x9E37_79B9_7F4A_7C15) ^ (slotKeys.2 << 32 | slotKeys.2 >> 32),
            place: stripeKey)
    }
}
