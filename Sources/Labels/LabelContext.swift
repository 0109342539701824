/// The transport protocols whose payload is looked at.
package struct LabelTransport: OptionSet, Sendable {
    /// The bits.
    package let rawValue: UInt8
    /// Transports from their bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// TCP.
    package static let tcp = LabelTransport(rawValue: 1)
    /// UDP and UDP-Lite.
    package static let udp = LabelTransport(rawValue: 2)
    /// SCTP.
    package static let sctp = LabelTransport(rawValue: 4)

    /// The transport with the IP protocol number `number`; nil when labels know nothing of it.
    package init?(protocolIdentifier number: UInt8) {
        switch number {
        case 6: self = .tcp
        case 17, 136: self = .udp
        case 132: self = .sctp
        default: return nil
        }
    }
}

/// What inspectors know of a flow, and what they keep of it between its packets.
struct LabelContext: Sendable {
    var transport: LabelTransport = .tcp
    var initiatorPort = 0
    var responderPort = 0
    /// Whether the payload at hand is the initiator's.
    var isFromInitiator = true
    /// The label so far, while an inspector asks for more.
    var label: ApplicationLabel?
    var attributes = LabelAttributes()
    /// Attributes that somebody asks for: the others need not be made where making them costs much.
    var wanted = AttributeSelection.all
    /// Fingerprints of the packet at hand that were not made, since there was too much to make them of.
    var refusedFingerprints: UInt64 = 0
    /// How many QUIC Initials of the packet at hand may be decrypted: 0 without units in the `LabelBudget`.
    var decryptionsLeft = 0

    /// What a server's first line looked like: several protocols greet alike, and their first command tells which.
    enum Greeting: UInt8, Sendable { case none, code220, plusOK }
    var greeting = Greeting.none
    /// Whose SSH key exchange messages have come.
    var keyExchanges = (initiator: false, responder: false)
    /// Whether the initiator sent HTTP/2's preface: the other direction is the server's.
    var prefaceIsInitiators = true
    /// Whether the client began as OpenVPN's do, with contents that cannot be told from others.
    var sawOpenVPNReset = false
    /// Source and sequence of the last packet that looked like RTP, per direction.
    var mediaStreams = (initiator: UInt64.max, responder: UInt64.max)
    /// QUIC's CRYPTO stream as far as it came.
    var handshake = HandshakeStream()
    /// The connection id from which QUIC's Initial keys are made.
    var connectionID: [UInt8] = []

    /// Whether `port` is one of the flow's two.
    func uses(_ port: Int) -> Bool { initiatorPort == port || responderPort == port }

    /// Whether `attribute` is asked for, and not there yet.
    func wants(_ attribute: LabelAttribute) -> Bool { wanted.contains(attribute) && !attributes.has(attribute) }

    /// Whether a fingerprint may be made of so many `numbers`; counts when not.
    mutating func allowsFingerprint(of numbers: Int) -> Bool {
        guard numbers > FingerprintNumbers.limit else { return true }
        refusedFingerprints &+= 1
        return false
    }

    /// Forgets all of the last flow, and keeps the memory.
    mutating func reset(transport: LabelTransport, initiatorPort: Int, responderPort: Int) {
        self.transport = transport
        self.initiatorPort = initiatorPort
        self.responderPort = responderPort
        isFromInitiator = true
        label = nil
        attributes.removeAll()
        decryptionsLeft = 0
        greeting = .none
        keyExchanges = (false, false)
        prefaceIsInitiators = true
        refusedFingerprints = 0
        sawOpenVPNReset = false
        mediaStreams = (.max, .max)
        handshake.removeAll()
        connectionID.removeAll(keepingCapacity: true)
    }
}
