import Capture
import PacketDecode

/// What became of one input.
package struct DatagramOutcome: Equatable {
    /// Packets that were found.
    package var packets = 0
    /// Messages that could not be read.
    package var malformed: UInt64 = 0
    /// Packets that were missing.
    package var lost: UInt64 = 0
    /// A checksum over all octets and numbers of the packets.
    package var sum: UInt64 = 0
}

/// Takes octets for what netfilter hands over: the first one tells a log (even) from a queue, then come datagrams, two octets
/// of length (big endian) before each. Traps when what comes out depends on how many packets a batch takes, when a packet
/// does not lie in its datagram, or when the sums do not hold.
package func checkDatagrams(_ octets: [UInt8]) -> DatagramOutcome {
    let small = outcome(octets, capacity: 1)
    let large = outcome(octets, capacity: 512)
    precondition(small == large, "the same datagrams gave different packets")
    return large
}

private func outcome(_ octets: [UInt8], capacity: Int) -> DatagramOutcome {
    var outcome = DatagramOutcome()
    guard let kind = octets.first else { return outcome }
    var intake = NetfilterIntake(kind & 1 == 0 ? .log : .queue, observationPoint: 3)
    let batch = PacketBatch(capacity: capacity)
    var place = 1
    while octets.count - place > 2 {
        let length = min(Int(octets[place]) << 8 | Int(octets[place + 1]), octets.count - place - 2)
        place += 2
        take(Array(octets[place..<place + length]), &intake, batch, &outcome)
        place += length
    }
    let tallies = intake.tallies
    (outcome.malformed, outcome.lost) = (tallies.malformed, tallies.lost)
    precondition(tallies.packets == UInt64(outcome.packets))
    precondition(intake.paths.reduce(0) { $0 + $1.packets } == tallies.packets, "a packet that came no way")
    precondition(intake.paths.count <= 65)
    precondition(intake.paths.allSatisfy { $0.prefix.utf8.allSatisfy { (0x20..<0x7F).contains($0) } })
    return outcome
}

private func take(
    _ octets: [UInt8], _ intake: inout NetfilterIntake, _ batch: PacketBatch, _ outcome: inout DatagramOutcome
) {
    guard !octets.isEmpty else { return }
    // Of its own for each datagram, and no longer than it: the address sanitizer sees a step outside.
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: octets.count, alignment: 4)
    // SAFETY: (all) filled before it is used; freed when nothing uses it any more.
    defer { unsafe memory.deallocate() }
    unsafe memory.copyBytes(from: octets)
    let datagram = unsafe NetlinkDatagram(memory)
    var offset = 0
    var isDone = false
    while !isDone {
        batch.count = 0
        let before = offset
        isDone = intake.take(datagram, at: &offset, received: 7, into: batch)
        precondition(isDone || batch.count == batch.capacity && offset > before, "it does not go on")
        for index in 0..<batch.count {
            let packet = batch.octets(index)
            precondition(packet.count > 0 && packet.count <= octets.count && batch.wireLength(index) >= packet.count)
            precondition(batch.timestamp(index) >= 0)
            outcome.packets += 1
            for place in packet.indices { outcome.sum = outcome.sum &* 31 &+ UInt64(packet[place]) }
            outcome.sum = outcome.sum &* 31 &+ UInt64(batch.timestamp(index)) &+ UInt64(batch.wireLength(index))
            outcome.sum = outcome.sum &* 31 &+ UInt64(batch.linkType(index))
        }
    }
}
