import Capture
import PacketDecode

/// Reads a capture as a whole and in pieces: both must end, give the same packets and say the same about them. Traps when
/// they do not.
package func readBothWays(_ octets: [UInt8]) {
    let whole = packets(octets, piece: nil)
    let pieces = packets(octets, piece: 61)
    precondition(whole == pieces, "the same octets gave different packets")
}

/// A checksum over what was read; touching every captured octet lets the address sanitizer see each of them.
private func packets(_ octets: [UInt8], piece: Int?) -> [UInt64] {
    guard let source = try? ReplaySource(octets: octets, piece: piece) else { return [] }
    let batch = PacketBatch(capacity: 5)
    var count: UInt64 = 0
    var sum: UInt64 = 0
    while source.fill(batch) {
        precondition(batch.count > 0 && batch.count <= 5)
        for index in 0..<batch.count {
            // SAFETY: index < count.
            let packet = unsafe batch.references[index]
            precondition(packet.capturedLength <= UInt32(maximumCapturedOctets))
            precondition(packet.timestamp >= 0)
            count += 1
            precondition(packet.frameNumber == count)
            for offset in 0..<Int(packet.capturedLength) {
                // SAFETY: capturedLength octets may be read.
                sum = sum &* 31 &+ UInt64(unsafe packet.bytes[offset])
            }
            sum = sum &* 31 &+ UInt64(packet.timestamp) &+ UInt64(packet.wireLength) &+ UInt64(packet.linkType)
        }
    }
    let summary = source.summaries[0]
    precondition(summary.packets == count)
    precondition(summary.octetsSkipped <= UInt64(octets.count))
    return [count, sum, summary.damageCount, summary.octetsSkipped]
}
