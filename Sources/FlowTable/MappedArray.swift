import CPlatform

/// A fixed-length array of trivial elements in memory mapped straight from the kernel: zero-filled, paid for page by
/// page as it is touched, on 2 MiB pages where it is large. Freed when it goes.
///
/// The flow table reserves its whole budget as address space once; growing then never copies.
// SAFETY: (@safe) every subscript is checked against `count`, and the mapping lives exactly as long as the value.
@safe package struct MappedArray<Element: BitwiseCopyable>: ~Copyable {
    /// Number of elements.
    package let count: Int
    private let base: UnsafeMutablePointer<Element>
    private let mappedOctets: Int
    private let mapping: UnsafeMutableRawPointer

    private static var hugePage: Int { 2 << 20 }
    /// The first octets stay on small pages, so that a small run does not pay for zeroing 2 MiB.
    private static var smallPageOctets: Int { 256 << 10 }

    /// Reserves `count` elements whose zero bit pattern is a valid value. `populated` has the small pages there at once: an
    /// array that is read here and there before it is written would pay for each of them twice. Traps when the address space is exhausted,
    /// which 47 bits make impossible for any budget the configuration accepts.
    package init(count: Int, populated: Bool = false) {
        self.count = count
        let octets = max(1, count) * MemoryLayout<Element>.stride
        let large = octets > Self.hugePage
        mappedOctets = (octets + 4095) & ~4095 + (large ? 2 * Self.hugePage : 0)
        let populate = populated && !large ? MAP_POPULATE : 0
        // SAFETY: a fresh private anonymous mapping overlaps nothing; the result is checked.
        let start = unsafe mmap(
            nil, mappedOctets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | populate, -1, 0)
        guard let start = unsafe start, unsafe start != UnsafeMutableRawPointer(bitPattern: -1) else {
            preconditionFailure("flow table: the kernel refused \(mappedOctets) octets of address space")
        }
        // SAFETY: kept to be unmapped in deinit; `first` is where the array begins.
        unsafe mapping = start
        var first = unsafe start
        if large {
            // Place the array so that a 2 MiB boundary falls behind the small pages.
            let address = Int(bitPattern: start)
            let boundary = (address + Self.smallPageOctets + Self.hugePage - 1) & ~(Self.hugePage - 1)
            // SAFETY: two huge pages of slack were mapped; boundary lies inside the mapping.
            unsafe first = start + (boundary - Self.smallPageOctets - address)
            let hugeOctets = (octets - Self.smallPageOctets) & ~(Self.hugePage - 1)
            // SAFETY: advice about our own mapping; refusal costs speed only.
            unsafe _ = madvise(UnsafeMutableRawPointer(bitPattern: boundary), hugeOctets, MADV_HUGEPAGE)
        }
        // SAFETY: zero-filled memory, at least `octets` long, aligned to a page; Element is trivial.
        unsafe base = first.bindMemory(to: Element.self, capacity: max(1, count))
    }

    deinit {
        // SAFETY: unmaps exactly what init mapped.
        unsafe munmap(mapping, mappedOctets)
    }

    /// The element at `index`, which is checked.
    @inline(__always)
    package subscript(index: Int) -> Element {
        @_transparent unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            // SAFETY: 0 <= index < count.
            return unsafe UnsafePointer(base + index)
        }
        @_transparent unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            // SAFETY: 0 <= index < count.
            return unsafe base + index
        }
    }

    /// Where the array lies, for prefetching without holding it.
    // SAFETY: the address as a number; nothing is read through it.
    var address: UInt { unsafe UInt(bitPattern: base) }

    /// The elements of `range`, which is checked.
    @_lifetime(borrow self)
    func span(_ range: Range<Int>) -> Span<Element> {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        // SAFETY: the range lies inside the mapping; the span borrows this value, which owns it.
        let span = unsafe Span(_unsafeStart: base + range.lowerBound, count: range.count)
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    /// Asks for the cache line `octets` behind the start of the element at `index`; out of range is harmless.
    @inline(__always)
    func prefetch(_ index: Int, offset octets: Int = 0) {
        // SAFETY: a prefetch never faults.
        unsafe flowprobe_prefetch_write(
            UnsafeRawPointer(
                bitPattern: UInt(bitPattern: base) &+ UInt(bitPattern: index &* MemoryLayout<Element>.stride &+ octets))
        )
    }
}
