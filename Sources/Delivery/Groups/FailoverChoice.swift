import NetTypes

/// Which member of a group of failover is the active one. Knows nothing of connections, and no clock: times are monotonic
/// nanoseconds, and arguments.
package struct FailoverChoice {
    /// The time that must pass until a better member is gone back to grows up to this, when it keeps failing.
    package static let longestReturn = 3600 * nanosecondsPerSecond

    /// How a member's turn came to its end.
    package struct Turn {
        /// When it began.
        let began: Nanoseconds
        /// Whether anything was acknowledged in it.
        let hasDelivered: Bool
        /// Whether there was a connection that was of use.
        let wasUp: Bool
        /// Until it may be tried again.
        let pause: Nanoseconds

        /// A turn from its parts; times are monotonic nanoseconds.
        package init(began: Nanoseconds, hasDelivered: Bool, wasUp: Bool, pause: Nanoseconds) {
            (self.began, self.hasDelivered, self.wasUp, self.pause) = (began, hasDelivered, wasUp, pause)
        }
    }

    private let takeover: Nanoseconds
    private let usualReturn: Nanoseconds
    /// Of each member, when it may be tried again.
    private var notBefore: [Nanoseconds]
    /// Since when the active member has been failing; nil while it is not.
    package private(set) var failingSince: Nanoseconds?
    /// Whether the active member may fail for a while: it has delivered something, or was the first of the run. One that takes
    /// over and fails at once is passed over.
    private var isTrusted = true
    /// Whether the active member was gone back to and has not delivered since.
    private var isOnProbation = false
    /// How long a better member must have been well until it is gone back to.
    package private(set) var returnAfter: Nanoseconds
    /// The place of the active member.
    package private(set) var active = 0
    /// How often another one has become active.
    package private(set) var switches: UInt64 = 0

    /// For so many members, of which the first is active.
    package init(count: Int, takeover: Nanoseconds, returnAfter: Nanoseconds) {
        self.takeover = takeover
        usualReturn = returnAfter
        self.returnAfter = returnAfter
        notBefore = Array(repeating: 0, count: count)
    }

    /// Notes that the active member's turn is over at `now`, although there is more to deliver. How long to wait until `turn` has
    /// something to say.
    package mutating func end(_ turn: Turn, at now: Nanoseconds) -> Nanoseconds {
        notBefore[active] = now + turn.pause
        if turn.hasDelivered {
            (isTrusted, isOnProbation, returnAfter) = (true, false, usualReturn)
        }
        // What has delivered, or had a connection that long, fails from now on and not from when it began.
        if turn.hasDelivered || turn.wasUp && now - turn.began >= takeover {
            failingSince = now
        } else if failingSince == nil {
            failingSince = turn.began
        }
        let due = isPatient(now) ? min(notBefore[active], (failingSince ?? now) + takeover) : notBefore.min() ?? now
        return max(0, due - now)
    }

    /// Begins the next turn, of the active member or of one that takes over: true when it does.
    package mutating func turn(at now: Nanoseconds) -> Bool {
        guard failingSince != nil, !isPatient(now) else { return false }
        for step in 1..<max(1, notBefore.count) {
            let other = (active + step) % notBefore.count
            guard notBefore[other] <= now else { continue }
            if isOnProbation { returnAfter = min(Self.longestReturn, 2 * returnAfter) }
            become(other)
            return true
        }
        return false
    }

    /// Goes back to a member before the active one, which has been well for long enough.
    package mutating func goBack(to member: Int) {
        become(member)
        isOnProbation = true
    }

    private mutating func become(_ member: Int) {
        active = member
        switches += 1
        (failingSince, isTrusted, isOnProbation) = (nil, false, false)
    }

    /// Whether the active member is given the time to come back by itself.
    private func isPatient(_ now: Nanoseconds) -> Bool {
        isTrusted && failingSince.map { now - $0 < takeover } ?? true
    }
}

/// How long the members before the active one have been well.
package struct FailoverWatch {
    private var wellSince: [Nanoseconds?]

    /// For so many members.
    package init(count: Int) { wellSince = Array(repeating: nil, count: count) }

    /// Notes whether a member could be reached at `now`. True when it has been for `enough`.
    package mutating func note(_ member: Int, isWell: Bool, at now: Nanoseconds, enough: Nanoseconds) -> Bool {
        guard isWell else {
            wellSince[member] = nil
            return false
        }
        let since = wellSince[member] ?? now
        wellSince[member] = since
        return now - since >= enough
    }
}
