import PacketDecode

/// Endpoints that have lately answered a SYN, so that a flow seen from the middle can be told its responder.
///
/// One fingerprint a place, the newest wins: bounded, constant in time. The hash has a fixed key: what is remembered
/// decides the initiator, and the same input must give the same output.
struct ServiceMemory {
    private static let places = 1024
    private var fingerprints: [UInt64] = []

    private static func fingerprint(high: UInt64, low: UInt64, port: UInt16, protocolIdentifier: UInt8) -> UInt64 {
        let endpoint = UInt64(port) | UInt64(protocolIdentifier) << 16 | 1 << 32
        let product = (low ^ high &* 0x9E37_79B9_7F4A_7C15 ^ 0xD6E8_FEB8_6659_FD93)
            .multipliedFullWidth(by: endpoint &* 0xA24B_AED4_963E_E407 | 1)
        return (product.high ^ product.low) | 1
    }

    /// Remembers that endpoint A (or B) of `facts` offers a service.
    mutating func learn(_ facts: Span<PacketFacts>, _ packet: Int, isA: Bool) {
        if fingerprints.isEmpty { fingerprints = Array(repeating: 0, count: Self.places) }
        let print = Self.fingerprint(facts, packet, isA: isA)
        fingerprints[Int(truncatingIfNeeded: print >> 1) & (Self.places - 1)] = print
    }

    /// Whether endpoint A (or B) of `facts` is known to offer a service.
    func knows(_ facts: Span<PacketFacts>, _ packet: Int, isA: Bool) -> Bool {
        guard !fingerprints.isEmpty else { return false }
        let print = Self.fingerprint(facts, packet, isA: isA)
        return fingerprints[Int(truncatingIfNeeded: print >> 1) & (Self.places - 1)] == print
    }

    private static func fingerprint(_ facts: Span<PacketFacts>, _ packet: Int, isA: Bool) -> UInt64 {
        isA
            ? fingerprint(
                high: facts[packet].addressAHigh, low: facts[packet].addressALow, port: facts[packet].portA,
                protocolIdentifier: facts[packet].protocolIdentifier)
            : fingerprint(
                high: facts[packet].addressBHigh, low: facts[packet].addressBLow, port: facts[packet].portB,
                protocolIdentifier: facts[packet].protocolIdentifier)
    }
}
