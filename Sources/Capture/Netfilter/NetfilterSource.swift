import Glibc
import NetTypes
import PacketDecode
import Sandbox

/// Packets that rules of nft or iptables log to a group, or hold in a queue: taken from netlink many at a time, and decoded
/// where they were received.
///
/// The packets of a queue go on at once: as soon as they are received, and before they are looked at, one verdict lets all
/// of them pass. Whatever this program does with them afterwards holds up none.
// SAFETY: (@unchecked) used by one thread at a time, the worker; `status` and `paths` are safe for all.
package final class NetfilterSource: LiveCapture, @unchecked Sendable {
    /// The kernel hands over a batch of copies when it is full or so old: hundredths of a second.
    private static let batchAge: UInt32 = 5
    /// Octets of a batch of copies: with what the kernel adds to it, just below a power of two.
    private static let batchOctets: UInt32 = (64 << 10) - 1024
    /// How long the answer to a request is waited for.
    private static let patience: Nanoseconds = 2 * nanosecondsPerSecond

    /// What became of the packets.
    package let status = LiveSourceStatus()
    /// The ways packets came.
    package let paths = SteeredPaths()
    /// Twice the age of a batch of copies; a queue's packets wait for no batch.
    package let latency: Nanoseconds

    private let input: LiveInput
    private let subsystem: NetfilterSubsystem
    private let number: UInt16
    private let frames: FrameCounter
    private let socket: NetfilterSocket
    private var buffers: DatagramBuffers
    private var intake: NetfilterIntake
    private var verdict: NetlinkRequest
    /// Datagrams received, which of them is read, and from where on.
    private var received = 0
    private var place = 0
    private var offset = 0
    private var receivedAt: Nanoseconds = 0
    private var stoppedAt: Nanoseconds?
    private var isReady = false

    /// Opens a socket for a group or a queue; no packet is held until `start`. Throws when that is not possible.
    package init(_ input: LiveInput, observationPoint: UInt8, frames: FrameCounter) throws(LiveError) {
        if let problem = input.problem { throw .badInput(name: input.name, problem: problem) }
        switch input.source {
        case .interface: throw .missing(interface: input.interface)
        case .log(let group): (subsystem, number) = (.log, group)
        case .queue(let queue): (subsystem, number) = (.queue, queue)
        }
        self.input = input
        self.frames = frames
        latency = subsystem == .log ? Nanoseconds(Self.batchAge) * 10_000_000 * 2 : 20_000_000
        intake = NetfilterIntake(subsystem, observationPoint: observationPoint)
        verdict = .accept(queue: number, upTo: 0)
        guard let socket = NetfilterSocket(bufferOctets: input.ringOctets) else {
            throw Self.failure(input, "opening a netlink socket", errno)
        }
        guard let buffers = DatagramBuffers() else { throw Self.failure(input, "reserving memory", errno) }
        self.socket = socket
        self.buffers = buffers
        // Copies hold up nothing: they are asked for while the process still may. What comes before `start` waits.
        if subsystem == .log { try listen() }
    }

    private static func failure(_ input: LiveInput, _ what: String, _ number: Int32) -> LiveError {
        switch number {
        // The kernel gives the same answer to who may not and to who comes second.
        case EPERM where mayAdministerNetwork, EBUSY: .taken(interface: input.interface)
        case EPERM, EACCES: .deniedSteered(interface: input.interface)
        case EINVAL, EPROTONOSUPPORT, EOPNOTSUPP: .noNetfilter(interface: input.interface)
        default: .system(interface: input.interface, what: what, reason: systemReason(number))
        }
    }

    /// Begins to take packets.
    package func start() throws(LiveError) {
        // The queue's packets wait from here on: the worker has to begin at once.
        if subsystem == .queue {
            try withNetworkAdministration { () throws(LiveError) in try listen() }
        }
    }

    private func listen() throws(LiveError) {
        let request: NetlinkRequest =
            switch subsystem {
            case .log:
                .listen(
                    group: number, copied: input.snapLength, bufferOctets: Self.batchOctets, timeout: Self.batchAge,
                    sequence: 1)
            case .queue:
                .listen(
                    queue: number, copied: input.snapLength, length: UInt32(input.queueLength), sequence: 1)
            }
        guard socket.send(request) else { throw Self.failure(input, "asking for packets", errno) }
        let error = answer(to: 1)
        guard error == 0 else { throw Self.failure(input, "asking for packets", error) }
        status.isUp.store(true, ordering: .relaxed)
    }

    /// Waits for the kernel's answer. Packets that come before it stay where they are, for the first `fill`.
    private func answer(to sequence: UInt32) -> Int32 {
        let deadline = Self.now(CLOCK_MONOTONIC) + Self.patience
        while received < DatagramBuffers.count, Self.now(CLOCK_MONOTONIC) < deadline {
            guard socket.wait(milliseconds: 50) else { continue }
            let more = buffers.receive(socket.descriptor, from: received)
            receivedAt = Self.now(CLOCK_REALTIME)
            defer { received += more }
            for index in received..<received + more {
                if let error = Self.answer(to: sequence, in: buffers.datagram(index), subsystem) { return error }
            }
        }
        return ETIMEDOUT
    }

    private static func answer(
        to sequence: UInt32, in datagram: NetlinkDatagram?, _ subsystem: NetfilterSubsystem
    ) -> Int32? {
        guard let datagram else { return nil }
        var reader = NetfilterReader(datagram.bytes, subsystem)
        while true {
            switch reader.next() {
            case .answer(sequence, let error): return error
            case .end: return nil
            case .answer, .packet, .malformed: continue
            }
        }
    }

    /// Rules choose what comes: there is no filter to change. Throws unless it is nil.
    package func change(filter expression: String?) throws(LiveError) {
        guard expression == nil else {
            throw .badInput(name: input.name, problem: LiveInput.noFilter)
        }
    }

    private static func now(_ clock: clockid_t) -> Nanoseconds {
        var time = timespec()
        // SAFETY: the call writes the time.
        unsafe clock_gettime(clock, &time)
        return Nanoseconds(time.tv_sec) &* nanosecondsPerSecond &+ Nanoseconds(time.tv_nsec)
    }
}

extension NetfilterSource {
    /// Fills the batch from what was received, and receives more only when all of it has been handed out.
    package func fill(_ batch: PacketBatch) -> Bool {
        batch.count = 0
        if !isReady { prepare() }
        closeIfDone()
        if place == received {
            receive()
        }
        let before = intake.tallies
        while place < received {
            guard let datagram = buffers.datagram(place) else {
                status.malformed.wrappingAdd(1, ordering: .relaxed)
                nextDatagram()
                continue
            }
            guard intake.take(datagram, at: &offset, received: receivedAt, into: batch) else { break }
            nextDatagram()
        }
        keepBooks(since: before)
        guard batch.count > 0 else { return false }
        batch.number(from: frames.take(batch.count))
        status.lastPacket.store(batch.timestamp(batch.count - 1), ordering: .relaxed)
        return true
    }

    /// On the worker's thread, which rights belong to. A verdict takes the right to administer the network each time.
    private func prepare() {
        isReady = true
        if subsystem == .queue {
            raiseNetworkAdministration()
            // What came before the kernel's answer has been held for long enough.
            giveVerdict()
        }
    }

    private func nextDatagram() {
        place += 1
        offset = 0
    }

    private func receive() {
        (place, offset) = (0, 0)
        received = buffers.receive(socket.descriptor)
        if received == 0, errno == ENOBUFS {
            // Said once for each time the buffer was full; how many packets that cost, their numbers tell.
            status.ringFreezes.wrappingAdd(1, ordering: .relaxed)
            received = buffers.receive(socket.descriptor)
        }
        if subsystem == .queue { giveVerdict() }
        receivedAt = Self.now(CLOCK_REALTIME)
    }

    /// Lets all packets go on that were received: the last one's number stands for all up to it.
    private func giveVerdict() {
        for index in (0..<received).reversed() {
            guard let datagram = buffers.datagram(index) else { continue }
            var reader = NetfilterReader(datagram.bytes, subsystem)
            guard case .packet(let message) = reader.next(), let number = message.sequence else { continue }
            verdict.replaceEnd(number)
            if !socket.send(verdict) { refused(errno) }
            return
        }
    }

    private func refused(_ number: Int32) {
        status.problem = "\(input.interface): verdicts are not taken: \(systemReason(number))."
    }

    private func keepBooks(since before: NetfilterIntake.Tallies) {
        let now = intake.tallies
        let (packets, lost) = (now.packets &- before.packets, now.lost &- before.lost)
        status.handedOut.wrappingAdd(packets, ordering: .relaxed)
        status.ringDrops.wrappingAdd(lost, ordering: .relaxed)
        status.malformed.wrappingAdd(now.malformed &- before.malformed, ordering: .relaxed)
        status.arrived.wrappingAdd(packets &+ lost, ordering: .relaxed)
        if now.lastError != before.lastError { refused(now.lastError) }
    }

    /// Nothing is to be done: what was received is overwritten by the next `fill` at the earliest.
    package func release() {}

    /// Waits for a datagram.
    package func wait(milliseconds: Int32) {
        // The kernel's error of a full buffer is read by the next `fill`.
        _ = socket.wait(milliseconds: milliseconds)
    }

    /// Publishes the ways packets came.
    package func maintain() { paths.publish(intake.paths) }

    /// A queue holds no more packets from now on: those that come pass, and those that are held get their verdict. A group's
    /// copies are taken for as long as the kernel may keep a batch of them.
    package func stopTaking() {
        stoppedAt = Self.now(CLOCK_MONOTONIC)
        if subsystem == .queue { _ = socket.send(.close(queue: number)) }
    }

    /// Nobody counts what is under way in the kernel.
    package func owesPackets() -> Bool { false }

    private func closeIfDone() {
        guard subsystem == .log, let stopped = stoppedAt, Self.now(CLOCK_MONOTONIC) - stopped > latency * 6 / 10 else {
            return
        }
        // Datagrams are refused, and with them whatever a steady stream would bring before the end.
        _ = socket.descriptor.attach(.nothing)
        stoppedAt = nil
    }
}
