import CPacketRing
import Glibc
import NetTypes
import PacketDecode
import Sandbox
import Synchronization

/// The rings of one input agree here on the kernel's number of their group.
package final class FanoutGroup: Sendable {
    /// Nil until the first ring has one.
    fileprivate let number = Mutex<UInt16?>(nil)

    /// A group without a ring.
    package init() {}
}

/// Numbers packets of all inputs, from 1, in the order in which workers take them.
package final class FrameCounter: Sendable {
    private let last = Atomic<UInt64>(0)

    /// Nothing numbered yet.
    package init() {}

    /// Takes the next `count` numbers; the first of them.
    func take(_ count: Int) -> UInt64 {
        last.wrappingAdd(UInt64(count), ordering: .relaxed).newValue &- UInt64(count) &+ 1
    }
}

/// One worker's ring of one input: packets are decoded where the kernel put them.
///
/// A socket is made, laid out and bound with a filter that keeps nothing, joins its group, and only then gets its real
/// filter: until all rings of an input are ready, no packet is captured, and none is captured twice.
// SAFETY: (@unchecked) used by one thread at a time, the worker; `status` is safe for all.
package final class PacketRing: LiveCapture, @unchecked Sendable {
    /// What became of the ring's packets.
    package let status = LiveSourceStatus()
    /// Twice the time after which the kernel hands over a block that is not full.
    package let latency: Nanoseconds

    private struct Opened: ~Copyable {
        let interface: NetworkInterface
        let linkType: UInt16
        let mapping: RingMapping
        let socket: PacketDescriptor
        /// The next block to read, and how many before it have been read but not given back.
        var block = 0
        var held = 0
        /// Packets of the block not yet handed out, and the offset of the next one's header.
        var remaining = 0
        var offset = 0
    }

    private var input: LiveInput
    /// A filter that the worker is to attach: nil for no change.
    private let wantedFilter = Mutex<KernelFilterChange?>(nil)
    private let observationPoint: UInt8
    private let frames: FrameCounter
    private let group: FanoutGroup?
    private var opened: Opened?
    private var isStopped = false
    private var lossesBefore: UInt64 = 0
    private var arrivedBefore: UInt64 = 0

    /// Opens a ring for `input`; nothing is captured until `start`. Throws when that is not possible.
    package init(
        _ input: LiveInput, observationPoint: UInt8, frames: FrameCounter, group: FanoutGroup?
    ) throws(LiveError) {
        if let problem = input.problem { throw .badInput(name: input.name, problem: problem) }
        self.input = input
        self.observationPoint = observationPoint
        self.frames = frames
        self.group = group
        latency = Nanoseconds(input.blockTimeout) * 1_000_000 * 2
        opened = try open()
        status.isUp.store(opened?.interface.isUp ?? false, ordering: .relaxed)
    }

    /// Begins to capture.
    package func start() throws(LiveError) {
        guard let name = opened?.interface.name else { return }
        let filter: KernelFilter
        if let expression = input.filter {
            filter = try KernelFilter.compile(expression, interface: name, snapLength: input.snapLength)
        } else if input.direction == .out {
            filter = .outgoing(snapLength: input.snapLength)
        } else {
            filter = .everything(snapLength: input.snapLength)
        }
        guard opened?.socket.attach(filter) ?? false else { throw failure("attaching the filter") }
    }

    /// Has the worker attach another filter (nil lets every packet through), within about a second. Callable from
    /// anywhere. Throws when it does not compile; the old one stays then.
    package func change(filter expression: String?) throws(LiveError) {
        let program =
            if let expression {
                try KernelFilter.compile(expression, interface: input.interface, snapLength: input.snapLength)
            } else {
                KernelFilter.everything(snapLength: input.snapLength)
            }
        wantedFilter.withLock { $0 = KernelFilterChange(expression: expression, program: program) }
    }

    private func failure(_ what: String) -> LiveError {
        let number = errno
        if number == EPERM || number == EACCES { return .denied(interface: input.interface) }
        return .system(interface: input.interface, what: what, reason: systemReason(number))
    }

    private func open() throws(LiveError) -> Opened {
        guard let interface = NetworkInterface(named: input.interface) else {
            throw .missing(interface: input.interface)
        }
        guard let linkType = interface.linkType else {
            throw .unsupportedKind(interface: input.interface, number: interface.kind)
        }
        // Protocol 0: nothing is captured before the socket is bound.
        let socket = withRawSocketCapability {
            PacketDescriptor(Glibc.socket(AF_PACKET, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), 0))
        }
        guard socket.isOpen else { throw failure("opening a packet socket") }
        guard socket.set(SOL_PACKET, PACKET_VERSION, Int32(TPACKET_V3.rawValue)) else {
            throw failure("asking for a ring of version 3")
        }
        let blocks = input.ringOctets / input.blockOctets
        var request = tpacket_req3()
        request.tp_block_size = UInt32(input.blockOctets)
        request.tp_block_nr = UInt32(blocks)
        // The size of a frame means nothing in version 3, but must divide the block's.
        request.tp_frame_size = 2048
        request.tp_frame_nr = UInt32(input.ringOctets / 2048)
        request.tp_retire_blk_tov = input.blockTimeout
        guard socket.setRing(request) else { throw failure("reserving a ring of \(input.ringOctets >> 10) KiB") }
        guard let mapping = RingMapping(socket, blockCount: blocks, blockOctets: input.blockOctets) else {
            throw failure("mapping the ring")
        }
        if input.timestamps == .adapter, !socket.enableAdapterTimestamps(interface.name) {
            throw failure("asking the adapter for time stamps")
        }
        // On the loopback interface a packet leaves and arrives: once is enough.
        if input.direction == .in || input.direction == .both && interface.isLoopback,
            !socket.set(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        {
            throw failure("leaving out packets that the host sends")
        }
        guard socket.attach(.nothing) else { throw failure("attaching a filter") }
        guard socket.bind(to: interface.index) else { throw failure("binding to the interface") }
        if input.isPromiscuous, !socket.joinPromiscuously(interface.index) { throw failure("promiscuous mode") }
        if let group { try join(group, socket) }
        lossesBefore = interface.lostPackets &- status.interfaceDrops.load(ordering: .relaxed)
        return Opened(interface: interface, linkType: linkType, mapping: mapping, socket: socket)
    }

    private func join(_ group: FanoutGroup, _ socket: borrowing PacketDescriptor) throws(LiveError) {
        let mode: Int32 =
            switch input.fanout {
            case .hash: Int32(PACKET_FANOUT_HASH)
            case .cpu: Int32(PACKET_FANOUT_CPU)
            case .queue: Int32(PACKET_FANOUT_QM)
            }
        let known = group.number.withLock { $0 }
        // The first ring has the kernel choose a number that nobody else uses.
        let flags = known == nil ? mode | Int32(PACKET_FANOUT_FLAG_UNIQUEID) : mode
        guard socket.set(SOL_PACKET, PACKET_FANOUT, Int32(known ?? 0) | flags << 16) else {
            throw failure("sharing the interface's packets among workers")
        }
        if known == nil {
            guard let answer = socket.get(SOL_PACKET, PACKET_FANOUT) else {
                throw failure("reading the group's number")
            }
            group.number.withLock { $0 = UInt16(truncatingIfNeeded: answer) }
        }
    }
}

extension PacketRing {
    /// Fills the batch from the blocks that the kernel has handed over.
    package func fill(_ batch: PacketBatch) -> Bool {
        batch.count = 0
        guard opened != nil else { return false }
        take(into: batch, &opened!)
        guard batch.count > 0 else { return false }
        batch.number(from: frames.take(batch.count))
        status.handedOut.wrappingAdd(UInt64(batch.count), ordering: .relaxed)
        status.lastPacket.store(batch.timestamp(batch.count - 1), ordering: .relaxed)
        return true
    }

    private func take(into batch: PacketBatch, _ ring: inout Opened) {
        var turnedAway: UInt64 = 0
        while batch.count < batch.capacity {
            if ring.remaining == 0, !nextBlock(&ring) { break }
            guard ring.remaining > 0, let packet = ring.mapping.packet(ring.block, at: ring.offset) else {
                // An empty block, or one whose packets do not lie within it.
                finishBlock(&ring)
                continue
            }
            if input.direction == .out, Int32(packet.type) != PACKET_OUTGOING {
                turnedAway &+= 1
            } else {
                batch.append(reference(packet, ring.linkType))
            }
            ring.remaining &-= 1
            ring.offset &+= packet.next
            if ring.remaining == 0 || packet.next == 0 { finishBlock(&ring) }
        }
        if turnedAway > 0 { status.otherDirection.wrappingAdd(turnedAway, ordering: .relaxed) }
    }

    @inline(__always)
    private func reference(_ packet: RingMapping.Packet, _ linkType: UInt16) -> PacketReference {
        let time = Nanoseconds(packet.seconds) &* nanosecondsPerSecond &+ Nanoseconds(packet.nanoseconds)
        // SAFETY: the bytes stay until `release` gives their block back.
        var reference = unsafe PacketReference(
            bytes: packet.bytes, timestamp: time, frameNumber: 0, capturedLength: packet.kept,
            wireLength: packet.length, linkType: linkType, observationPoint: observationPoint)
        if packet.status & UInt32(TP_STATUS_VLAN_VALID) != 0 {
            reference.removedTag = PacketReference.removedTagMark | UInt32(packet.tag)
        }
        return reference
    }

    /// Begins the next block, if the kernel has handed one over. A full batch may end at a block's end, so that all
    /// blocks can be held.
    private func nextBlock(_ ring: inout Opened) -> Bool {
        guard ring.held < ring.mapping.blockCount, ring.mapping.isOurs(ring.block) else { return false }
        (ring.remaining, ring.offset) = ring.mapping.contents(ring.block)
        return true
    }

    private func finishBlock(_ ring: inout Opened) {
        ring.remaining = 0
        ring.held += 1
        ring.block = ring.block + 1 == ring.mapping.blockCount ? 0 : ring.block + 1
    }

    /// Gives back every block whose packets have all been handed out.
    package func release() {
        guard let held = opened?.held, held > 0 else { return }
        release(&opened!)
    }

    private func release(_ ring: inout Opened) {
        let count = ring.mapping.blockCount
        var block = (ring.block + count - ring.held) % count
        while ring.held > 0 {
            ring.mapping.giveBack(block)
            block = block + 1 == count ? 0 : block + 1
            ring.held -= 1
        }
    }

    /// Waits for the kernel to hand over a block.
    package func wait(milliseconds: Int32) {
        guard let number = opened?.socket.number else {
            usleep(UInt32(max(0, milliseconds)) * 1000)
            return
        }
        var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        // SAFETY: one entry, as stated.
        let count = unsafe poll(&entry, 1, milliseconds)
        // An interface that goes down reports an error once; reading it clears it.
        if count > 0, entry.revents & Int16(POLLERR) != 0 {
            _ = opened?.socket.get(SOL_SOCKET, SO_ERROR)
            usleep(10_000)
        }
    }

    /// Reads the kernel's counters, and opens the ring again when its interface was removed and is back.
    package func maintain() {
        if opened != nil {
            takeStatistics()
            status.backlog.store(backlog(opened!), ordering: .relaxed)
        }
        attachWantedFilter()
        let interface = NetworkInterface(named: input.interface)
        if let interface, interface.index == opened?.interface.index {
            noteAdapterLoss(interface.lostPackets)
            status.problem = interface.isUp ? linkProblem(interface) : "\(input.interface) is down."
            status.isUp.store(status.problem == nil, ordering: .relaxed)
            return
        }
        status.isUp.store(false, ordering: .relaxed)
        guard !isStopped else { return }
        reopen(interface)
    }

    /// A port without a link sees nothing, whatever it is set to. Where packets come all the same, there is one.
    private func linkProblem(_ interface: NetworkInterface) -> String? {
        guard !interface.isRunning else { return nil }
        // The interface's own count: a filter or another worker may keep them from this ring.
        let arrived = interface.receivedPackets
        defer { arrivedBefore = arrived }
        guard arrived == arrivedBefore else { return nil }
        return "\(input.interface) has no link. Check the cable, and the port at its other end."
    }

    /// Takes the adapter's counter. One that was set back, as by a driver that was loaded again, goes on from what was counted.
    private func noteAdapterLoss(_ counter: UInt64) {
        let known = status.interfaceDrops.load(ordering: .relaxed)
        if counter < lossesBefore &+ known { lossesBefore = counter &- known }
        status.interfaceDrops.store(counter &- lossesBefore, ordering: .relaxed)
    }

    private func attachWantedFilter() {
        guard !isStopped, let change = wantedFilter.withLock({ $0.take() }) else { return }
        input.filter = change.expression
        if opened != nil, !(opened?.socket.attach(change.program) ?? false) {
            status.problem = failure("attaching the filter").description
        }
    }

    private func reopen(_ interface: NetworkInterface?) {
        guard interface != nil else {
            status.problem = LiveError.missing(interface: input.interface).description
            return
        }
        // What lies in the old ring is handed out first; nothing more comes into it.
        guard isDrained else { return }
        opened = nil
        do throws(LiveError) {
            opened = try open()
            try start()
            status.reopens.wrappingAdd(1, ordering: .relaxed)
            status.isUp.store(true, ordering: .relaxed)
            status.problem = nil
        } catch {
            opened = nil
            status.problem = error.description
        }
    }

    /// Whether every packet that the kernel has handed over has been handed out.
    private var isDrained: Bool {
        guard let block = opened?.block, let remaining = opened?.remaining else { return true }
        return remaining == 0 && !(opened?.mapping.isOurs(block) ?? false)
    }

    private func takeStatistics() {
        guard let taken = opened?.socket.takeStatistics() else { return }
        status.arrived.wrappingAdd(taken.arrived, ordering: .relaxed)
        status.ringDrops.wrappingAdd(taken.dropped, ordering: .relaxed)
        status.ringFreezes.wrappingAdd(taken.freezes, ordering: .relaxed)
    }

    /// The kernel fills blocks in order, and they are given back in order: one that far ahead tells of all before it.
    private func backlog(_ ring: borrowing Opened) -> UInt8 {
        let count = ring.mapping.blockCount
        for part in [2, 4] {
            let block = (ring.block + count / part) % count
            // Of so few blocks one is always full.
            if count / part > 0, ring.mapping.isOurs(block), ring.mapping.isOurs(ring.block) {
                return UInt8(100 / part)
            }
        }
        return 0
    }

    /// The kernel hands a block over that is not full when its time is over, by a timer that a busy machine may run late: its
    /// own count of packets tells whether there are some in it.
    package func owesPackets() -> Bool {
        guard opened != nil else { return false }
        takeStatistics()
        let dealtWith =
            status.ringDrops.load(ordering: .relaxed) &+ status.handedOut.load(ordering: .relaxed)
            &+ status.otherDirection.load(ordering: .relaxed)
        return status.arrived.load(ordering: .relaxed) > dealtWith
    }

    /// Keeps nothing of the packets that arrive from now on.
    package func stopTaking() {
        isStopped = true
        _ = opened?.socket.attach(.nothing)
    }
}
