import Glibc
import Synchronization

/// Keeps the process alive when a mapped file becomes shorter while it is read.
///
/// The kernel answers a touch of a mapped page beyond the file's end with SIGBUS. The handler here puts a page of zeros
/// there, if the address lies in a mapping that is registered, and notes it; any other SIGBUS is left to whoever handled
/// the signal before.
enum MappingGuard {
    /// One registered mapping; `start` is 0 while the slot is free.
    struct Slot: ~Copyable {
        let start = Atomic<UInt>(0)
        let end = Atomic<UInt>(0)
        let tripped = Atomic<Bool>(false)
    }

    /// How many mappings can be registered at once; a replay needs one.
    static let slotCount = 16

    // SAFETY: never freed, and only its atomics are ever touched. It exists before the handler is installed.
    nonisolated(unsafe) private static let slots: UnsafeMutablePointer<Slot> = {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: slotCount)
        for index in 0..<slotCount { unsafe (slots + index).initialize(to: Slot()) }
        return unsafe slots
    }()

    // SAFETY: written once, before the handler that reads it is installed.
    nonisolated(unsafe) private static var previous = sigaction()

    private static let installed: Bool = {
        // SAFETY: touches the table, so that the handler never has to make it.
        _ = unsafe slots
        var action = sigaction()
        // SAFETY: the handler calls only mmap, sigaction and atomics, which a signal handler may.
        unsafe action.__sigaction_handler.sa_sigaction = { number, information, _ in
            unsafe MappingGuard.handle(number, information)
        }
        action.sa_flags = SA_SIGINFO
        // SAFETY: both structures live during the call; the signal is not yet raised by our mappings.
        return unsafe sigaction(SIGBUS, &action, &previous) == 0
    }()

    /// Registers a mapping. Returns its slot; nil when the handler cannot be installed or no slot is free.
    static func register(start: UInt, octets: Int) -> Int? {
        guard installed else { return nil }
        for index in 0..<slotCount {
            // SAFETY: index < slotCount.
            if unsafe slots[index].start.compareExchange(expected: 0, desired: start, ordering: .acquiringAndReleasing)
                .exchanged
            {
                // SAFETY: index < slotCount; the slot is ours.
                unsafe slots[index].tripped.store(false, ordering: .relaxed)
                unsafe slots[index].end.store(start + UInt(octets), ordering: .releasing)
                return index
            }
        }
        return nil
    }

    /// Gives the slot back. The mapping is no longer touched by anyone.
    static func unregister(_ index: Int) {
        // SAFETY: the index came from register.
        unsafe slots[index].end.store(0, ordering: .releasing)
        unsafe slots[index].start.store(0, ordering: .releasing)
    }

    /// Whether a touch of the mapping has failed since it was registered.
    static func hasTripped(_ index: Int) -> Bool {
        // SAFETY: the index came from register.
        unsafe slots[index].tripped.load(ordering: .relaxed)
    }

    private static func handle(_ number: Int32, _ information: UnsafeMutablePointer<siginfo_t>?) {
        let pageOctets: UInt = 4096
        // SAFETY: the kernel gives every SIGBUS handler a valid siginfo with an address.
        let address = unsafe UInt(bitPattern: information?.pointee._sifields._sigfault.si_addr)
        for index in 0..<slotCount {
            // SAFETY: index < slotCount.
            let start = unsafe slots[index].start.load(ordering: .acquiring)
            let end = unsafe slots[index].end.load(ordering: .acquiring)
            guard start != 0, address >= start, address < end else { continue }
            // SAFETY: index < slotCount.
            unsafe slots[index].tripped.store(true, ordering: .relaxed)
            // SAFETY: replaces one page of our own mapping, which the file no longer backs, by zeros.
            let page = unsafe mmap(
                UnsafeMutableRawPointer(bitPattern: address & ~(pageOctets - 1)), Int(pageOctets), PROT_READ,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
            // SAFETY: compared, not followed.
            if unsafe page != MAP_FAILED { return }
        }
        // Not ours: the touch is repeated under the handler that was there before.
        // SAFETY: sigaction may be called in a handler; `previous` was filled when this handler was installed.
        unsafe sigaction(number, &previous, nil)
    }
}
