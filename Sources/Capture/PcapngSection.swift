import NetTypes

/// What the packet loop needs of one interface; a trivial type, so that the loop touches no reference count.
struct PcapngInterface {
    var clock: PcapngClock
    /// Nanoseconds a tick when that is all there is to it, else 0.
    var plainMultiplier: UInt64
    var linkType: UInt16
    var fcsLength: UInt8
    var snapLength: UInt32
    /// Where the interface is among the input's `CaptureInterface`s; nil beyond their limit.
    var index: Int?
}

/// The state of one pcapng section: its byte order and its interfaces.
// SAFETY: (@safe) owns the table from init to deinit; `count` never exceeds its capacity.
@safe final class PcapngSection {
    let swapped: Bool
    /// The interfaces, `0..<count`.
    let table: UnsafeMutablePointer<PcapngInterface>
    private(set) var count = 0
    private let capacity: Int

    init(swapped: Bool) {
        self.swapped = swapped
        capacity = 16
        // SAFETY: uninitialised memory of a trivial type, written before `count` covers it.
        unsafe table = UnsafeMutablePointer<PcapngInterface>.allocate(capacity: 16)
    }

    /// The same section with room for four times as many interfaces.
    init(growing smaller: PcapngSection) {
        swapped = smaller.swapped
        capacity = min(smaller.capacity * 4, maximumInterfaces)
        // SAFETY: as above; the copied elements are within both tables.
        unsafe table = UnsafeMutablePointer<PcapngInterface>.allocate(capacity: capacity)
        unsafe table.initialize(from: smaller.table, count: smaller.count)
        count = smaller.count
    }

    deinit {
        // SAFETY: allocated in init; no pointer to it outlives the section.
        unsafe table.deallocate()
    }

    var isFull: Bool { count == capacity }

    /// Adds an interface. The section must not be full.
    func append(_ interface: PcapngInterface) {
        precondition(count < capacity)
        // SAFETY: count < capacity was just checked.
        unsafe table[count] = interface
        count += 1
    }

    subscript(_ index: Int) -> PcapngInterface {
        precondition(index >= 0 && index < count)
        // SAFETY: the index was just checked.
        return unsafe table[index]
    }
}
