/// What a packet's transport header says beyond what every packet's facts have.
package enum TransportHeader: Sendable, Equatable {
    /// TCP: the options.
    case tcp(TCPOptions)
    /// SCTP: tags and chunks.
    case sctp(SCTPChunks)
}

extension PacketDecoder {
    /// The transport header of packet `index` of `batch`: options of TCP, chunks of SCTP; nil for other protocols, later
    /// fragments and headers that were not captured. `depth` is how many tunnels the flow is inside.
    ///
    /// Decodes the packet again, as `payload(of:_:depth:)` does, and for the same reason. Counts nothing.
    package static func transportHeader(of batch: PacketBatch, _ index: Int, depth: UInt8 = 0) -> TransportHeader? {
        atTransport(of: batch, index, depth) { cursor, facts in
            switch facts.protocolIdentifier {
            // A header that is longer than its packet was counted as wrong, and its options are somebody else's octets.
            case 6:
                facts.anomalies & (1 << UInt16(Anomaly.transportHeaderWrong.rawValue)) == 0
                    ? .tcp(TCPOptions(cursor)) : nil
            // A chunk may go on in later fragments, up to the longest datagram.
            case 132:
                .sctp(
                    SCTPChunks(
                        cursor, octets: facts.flags.contains(.firstFragment) ? 65_535 : Int(facts.payloadOctets)))
            default: nil
            }
        }
    }
}
