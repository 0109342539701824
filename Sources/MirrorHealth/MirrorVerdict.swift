/// One thing that may be wrong with a mirror port, judged.
package struct MirrorVerdict: Sendable, Equatable {
    /// What is judged. Numbers and names are exported: they stay what they are.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// Whether the port is up and the mirror sends.
        case port = 1
        /// Whether both directions of connections arrive.
        case oneSided = 2
        /// Whether packets arrive twice.
        case duplicates = 3
        /// Whether both directions of a flow are in the same VLAN.
        case vlan = 4
        /// Whether packets are merged before they are seen.
        case offload = 5
        /// Whether packets arrive whole.
        case truncation = 6
        /// Whether IPv6 is mirrored.
        case ipv6 = 7
        /// Whether the clock is steady.
        case clock = 8
        /// Whether the adapter loses or damages packets.
        case adapter = 9
        /// Whether the ring is large enough.
        case ring = 10
        /// Whether the host is silent on the port.
        case ownTraffic = 11

        /// As printed and exported.
        package var name: String {
            switch self {
            case .port: "port"
            case .oneSided: "one-sided"
            case .duplicates: "duplicates"
            case .vlan: "vlan"
            case .offload: "offload"
            case .truncation: "truncation"
            case .ipv6: "ipv6"
            case .clock: "clock"
            case .adapter: "adapter"
            case .ring: "ring"
            case .ownTraffic: "own-traffic"
            }
        }
    }

    /// How bad it is. Numbers are exported.
    package enum Severity: UInt8, Sendable, CaseIterable {
        /// Nothing to do.
        case ok = 0
        /// Too little was seen, or the system does not tell.
        case unknown = 1
        /// Look at it; what is counted may be wrong in part.
        case warning = 2
        /// What is counted is wrong.
        case fault = 3

        /// As printed and exported.
        package var name: String { "\(self)" }
    }

    /// What is judged.
    package var kind: Kind
    /// How bad it is.
    package var severity: Severity
    /// What was seen, with its numbers: complete sentences for a person.
    package var sentence: String
    /// A command for this host that mends it, or shows more; nil when there is none.
    package var command: String?
    /// What to look for at the switch or elsewhere; nil when nothing is to be done there.
    package var advice: String?

    init(
        _ kind: Kind, _ severity: Severity, _ sentence: String, command: String? = nil, advice: String? = nil
    ) {
        self.kind = kind
        self.severity = severity
        self.sentence = sentence
        self.command = command
        self.advice = advice
    }

    /// Every verdict about a port, one for each kind, in the order of their numbers. Depends on the evidence alone.
    package static func all(of evidence: MirrorEvidence) -> [MirrorVerdict] {
        [
            port(evidence), oneSided(evidence), duplicates(evidence), vlan(evidence), offload(evidence),
            truncation(evidence), ipv6(evidence), clock(evidence), adapter(evidence), ring(evidence),
            ownTraffic(evidence),
        ]
    }

    /// The same verdict not given: what was asked for is a part of the traffic, from which nothing follows.
    package var withheld: MirrorVerdict {
        MirrorVerdict(kind, .unknown, "Only a part of the traffic is captured: no verdict.")
    }

    /// A name as a shell takes it.
    static func quoted(_ name: String) -> String {
        let plain = name.utf8.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        if plain { return name }
        return "'" + name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
