import NetTypes

/// One captured packet as its source found it: where its bytes are, and what the capture said about it.
///
/// The bytes belong to the batch (or to a ring or an input in memory, which outlive its use) and are valid until the batch
/// is refilled.
// SAFETY: (@safe) only reading through `bytes` is unsafe, and every such place says `unsafe` for itself.
@safe package struct PacketReference {
    /// The first captured byte. `capturedLength` bytes may be read.
    package var bytes: UnsafePointer<UInt8>
    /// When the packet was seen, 0...maximumTimestamp.
    package var timestamp: Nanoseconds
    /// The packet's number in the input, from 1, filtered packets included: the number other programs show.
    package var frameNumber: UInt64
    /// Octets captured, frame check sequence taken off by the source. At most `wireLength`, unless the capture lies;
    /// decoders trust only this for bounds.
    package var capturedLength: UInt32
    /// Octets the packet had on the wire, without frame check sequence and without a tag that was taken off.
    package var wireLength: UInt32
    /// LINKTYPE_ number of the packet's interface (https://www.tcpdump.org/linktypes.html).
    package var linkType: UInt16
    /// Index of the observation point (IE 138 less 1) among the run's inputs.
    package var observationPoint: UInt8
    /// The outermost VLAN tag when the adapter or the kernel took it out of the packet, as Linux does with live packets:
    /// `removedTagMark` and its control information (priority, drop eligibility, VLAN id). 0 when nothing was taken out.
    package var removedTag: UInt32 = 0

    /// Tells a tag whose control information is 0 from none.
    package static var removedTagMark: UInt32 { 1 << 16 }

    /// A reference to `capturedLength` bytes at `bytes`.
    package init(
        bytes: UnsafePointer<UInt8>, timestamp: Nanoseconds, frameNumber: UInt64, capturedLength: UInt32,
        wireLength: UInt32, linkType: UInt16, observationPoint: UInt8 = 0
    ) {
        // SAFETY: stores the pointer; whoever dereferences it answers for its lifetime.
        unsafe self.bytes = bytes
        self.timestamp = timestamp
        self.frameNumber = frameNumber
        self.capturedLength = capturedLength
        self.wireLength = wireLength
        self.linkType = linkType
        self.observationPoint = observationPoint
    }
}

/// A run of consecutive packets on their way from a source to the decoder, with the memory that holds their bytes.
///
/// Made once per worker and refilled. A source either points into memory that outlives the batch's use (a ring) or reads
/// into `storage`. One thread owns a batch at a time; the batch itself does no locking.
// SAFETY: (@safe, @unchecked) owns its memory from init to deinit, keeps `count` within `capacity`, and is handed from
// thread to thread under the pipeline's lock, never shared.
@safe package final class PacketBatch: @unchecked Sendable {
    /// How many packets fit.
    package let capacity: Int
    /// The packets, `0..<count`.
    package let references: UnsafeMutablePointer<PacketReference>
    /// How many packets are in the batch.
    package var count = 0
    /// Scratch memory a source may read packet bytes into; nil until a source asks for it.
    package private(set) var storage: UnsafeMutableRawBufferPointer?

    /// A batch for up to `capacity` packets.
    package init(capacity: Int) {
        self.capacity = capacity
        // SAFETY: memory of a trivial type, freed in deinit. Sources write each field before `count` covers a place.
        unsafe references = UnsafeMutablePointer<PacketReference>.allocate(capacity: capacity)
    }

    deinit {
        // SAFETY: both were allocated here and nobody keeps pointers into a batch that is gone.
        unsafe references.deallocate()
        unsafe storage?.deallocate()
    }

    /// The batch's own memory, at least `octets` long. Earlier contents are lost when it has to grow.
    package func storage(atLeast octets: Int) -> UnsafeMutableRawBufferPointer {
        // SAFETY: replaced only by its owner, before any reference of this filling points into it.
        if let storage = unsafe storage, storage.count >= octets { return unsafe storage }
        // SAFETY: as above: nobody points into what is given back.
        unsafe storage?.deallocate()
        let fresh = UnsafeMutableRawBufferPointer.allocate(byteCount: octets, alignment: 64)
        // SAFETY: the batch owns it until it is replaced or the batch goes.
        unsafe storage = fresh
        return unsafe fresh
    }

    /// Adds a packet. The batch must not be full.
    package func append(_ reference: PacketReference) {
        precondition(count < capacity, "a source overfilled its batch")
        // SAFETY: count < capacity was just checked.
        unsafe references[count] = reference
        count += 1
    }

    /// Holds one packet, of which `octets` were captured, in its own memory, in place of what it held.
    package func hold(_ octets: Span<UInt8>, wireLength: UInt32, linkType: UInt16) {
        // SAFETY: the storage has room for the octets, and is the batch's until it is refilled.
        let place = unsafe storage(atLeast: max(1, octets.count))
        // SAFETY: as above.
        unsafe octets.withUnsafeBytes { unsafe place.copyMemory(from: $0) }
        count = 0
        // SAFETY: storage is never empty, so that it has a base address.
        append(
            unsafe PacketReference(
                bytes: UnsafePointer(place.baseAddress!.assumingMemoryBound(to: UInt8.self)), timestamp: 0,
                frameNumber: 1,
                capturedLength: UInt32(octets.count), wireLength: wireLength, linkType: linkType))
    }

    /// When packet `index`, which is less than `count`, was seen.
    package func timestamp(_ index: Int) -> Nanoseconds {
        precondition(index >= 0 && index < count)
        // SAFETY: index < count.
        return unsafe references[index].timestamp
    }

    /// The captured octets of packet `index`, which is less than `count`; they are the batch's until it is refilled.
    @_lifetime(borrow self)
    package func octets(_ index: Int) -> Span<UInt8> {
        precondition(index >= 0 && index < count)
        // SAFETY: index < count, and the source promises capturedLength readable octets until the batch is refilled.
        let span = unsafe Span(_unsafeStart: references[index].bytes, count: Int(references[index].capturedLength))
        // SAFETY: the octets are the batch's, and so is the span.
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    /// Octets that packet `index`, which is less than `count`, had on the wire.
    package func wireLength(_ index: Int) -> Int {
        precondition(index >= 0 && index < count)
        // SAFETY: index < count.
        return unsafe Int(references[index].wireLength)
    }

    /// The LINKTYPE_ number of packet `index`, which is less than `count`.
    package func linkType(_ index: Int) -> UInt16 {
        precondition(index >= 0 && index < count)
        // SAFETY: index < count.
        return unsafe references[index].linkType
    }

    /// The number in the input of packet `index`, which is less than `count`.
    package func frameNumber(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < count)
        // SAFETY: index < count.
        return unsafe references[index].frameNumber
    }

    /// The packet with the number `frame`; nil when the batch has none. Numbers ascend, and have gaps where packets were
    /// filtered.
    package func index(ofFrame frame: UInt64) -> Int? {
        guard count > 0, frame >= frameNumber(0) else { return nil }
        var (low, high) = (0, Int(min(frame - frameNumber(0), UInt64(count - 1))))
        if frameNumber(high) == frame { return high }
        while low < high {
            let middle = (low + high) / 2
            if frameNumber(middle) < frame { low = middle + 1 } else { high = middle }
        }
        return frameNumber(low) == frame ? low : nil
    }

    /// Numbers the packets, from `first` on.
    package func number(from first: UInt64) {
        for index in 0..<count {
            // SAFETY: index < count.
            unsafe references[index].frameNumber = first &+ UInt64(index)
        }
    }

    /// The earliest and the latest time among the packets at `indices`, of which there is at least one, all of them
    /// within `0..<count`.
    package func timeRange(_ indices: Range<Int>) -> (earliest: Nanoseconds, latest: Nanoseconds) {
        precondition(indices.lowerBound >= 0 && indices.upperBound <= count)
        var (earliest, latest) = (Nanoseconds.max, Nanoseconds.min)
        for index in indices {
            // SAFETY: indices lie within 0..<count.
            let time = unsafe references[index].timestamp
            earliest = min(earliest, time)
            latest = max(latest, time)
        }
        return (earliest, latest)
    }
}
