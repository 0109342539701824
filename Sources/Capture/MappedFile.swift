import Glibc

/// A whole file mapped for reading. Unmapped when the last reference goes, which must be after the last packet of it.
// SAFETY: (@safe) the mapping exists from init to deinit; touching it beyond a shrunken file's end is caught by the guard.
@safe final class MappedFile {
    let base: UnsafeRawPointer
    let count: Int
    private let slot: Int
    /// Pages before this are no longer held.
    private var dropped = 0

    /// Maps the first `octets` of the file; nil when the system or the guard will not have it.
    init?(_ file: OpenFile, octets: Int) {
        // SAFETY: a new private read-only mapping at an address of the kernel's choice.
        let start = unsafe mmap(nil, octets, PROT_READ, MAP_SHARED, file.descriptor, 0)
        guard unsafe start != MAP_FAILED, let start = unsafe start else { return nil }
        guard let slot = MappingGuard.register(start: UInt(bitPattern: start), octets: octets) else {
            // SAFETY: the mapping made above, which nobody has seen.
            unsafe munmap(start, octets)
            return nil
        }
        self.slot = slot
        // SAFETY: the mapping lives until deinit.
        unsafe base = UnsafeRawPointer(start)
        count = octets
        // Where the page cache has no pages yet, reading ahead may then use large ones.
        // SAFETY: advice about our own mapping.
        _ = unsafe madvise(start, octets, MADV_SEQUENTIAL)
    }

    deinit {
        MappingGuard.unregister(slot)
        // SAFETY: the mapping made in init; its users hold this object.
        unsafe munmap(UnsafeMutableRawPointer(mutating: base), count)
    }

    /// Whether the file turned out shorter than the mapping.
    var hasTripped: Bool { MappingGuard.hasTripped(slot) }

    /// Lets go of the pages before `position`. Who still touches one gets it again from the page cache.
    func drop(before position: Int) {
        // Whole 2 MiB pages: taking a piece out of one would cost more than it frees.
        let end = min(position, count) & ~((2 << 20) - 1)
        guard end > dropped else { return }
        // SAFETY: a page-aligned part of our own mapping.
        _ = unsafe madvise(UnsafeMutableRawPointer(mutating: base + dropped), end - dropped, MADV_DONTNEED)
        dropped = end
    }
}
