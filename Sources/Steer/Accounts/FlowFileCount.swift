import Foundation
import NetTypes

/// Counts, in the flows that `flowprobe replay --json` wrote, the packets that rules choose.
package struct FlowFileCount {
    /// A line longer than this is no flow record.
    private static let longestLine = 1 << 20

    private struct Record: Decodable {
        var sourceIPv4Address: String?
        var sourceIPv6Address: String?
        var destinationIPv4Address: String?
        var destinationIPv6Address: String?
        var protocolIdentifier: UInt8
        var sourceTransportPort: UInt16?
        var destinationTransportPort: UInt16?
        var packetDeltaCount: UInt64
        var reversePacketDeltaCount: UInt64?
    }

    /// Packets for each of `rules`, in their order. A record's packets are counted per direction: those whose addresses,
    /// protocol and ports the rule chooses.
    package static func packets(of rules: [SteeringRule], in path: String) throws(SteerError) -> [UInt64] {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw SteerError(.unreadable, "\(path) cannot be read. Check that it exists and that you may read it.")
        }
        let selectors = rules.map(\.selectors)
        var totals = [UInt64](repeating: 0, count: rules.count)
        var rest = Data()
        var number = 0
        func count(_ line: Data) throws(SteerError) {
            number += 1
            if line.isEmpty { return }
            guard let record = try? JSONDecoder().decode(Record.self, from: line),
                let (forward, reverse) = packets(record)
            else {
                throw SteerError(
                    .unreadable,
                    "\(path):\(number): this is not a flow record as 'flowprobe replay --json' writes them.")
            }
            for (index, choices) in selectors.enumerated() {
                if choices.contains(where: { $0.matches(forward) }) { totals[index] &+= record.packetDeltaCount }
                if choices.contains(where: { $0.matches(reverse) }) {
                    totals[index] &+= record.reversePacketDeltaCount ?? 0
                }
            }
        }
        while true {
            let piece: Data
            do {
                piece = try file.read(upToCount: 1 << 16) ?? Data()
            } catch {
                throw SteerError(.unreadable, "\(path) cannot be read: \(error.localizedDescription).")
            }
            rest.append(piece)
            while let end = rest.firstIndex(of: 0x0A) {
                try count(Data(rest[rest.startIndex..<end]))
                rest = Data(rest[(end + 1)...])
            }
            if piece.isEmpty { break }
            guard rest.count <= longestLine else {
                throw SteerError(.unreadable, "\(path):\(number + 1): this line is too long to be a flow record.")
            }
        }
        try count(rest)
        return totals
    }

    /// The record as a packet of each direction.
    private static func packets(_ record: Record) -> (Selector.Packet, Selector.Packet)? {
        guard let source = (record.sourceIPv4Address ?? record.sourceIPv6Address).flatMap({ IPAddress($0) }),
            let destination = (record.destinationIPv4Address ?? record.destinationIPv6Address).flatMap({ IPAddress($0) }
            )
        else { return nil }
        var forward = Selector.Packet(
            source: source, destination: destination, protocolNumber: record.protocolIdentifier, ports: nil)
        var reverse = Selector.Packet(
            source: destination, destination: source, protocolNumber: record.protocolIdentifier, ports: nil)
        if let from = record.sourceTransportPort, let to = record.destinationTransportPort {
            forward.ports = (from, to)
            reverse.ports = (to, from)
        }
        return (forward, reverse)
    }
}
