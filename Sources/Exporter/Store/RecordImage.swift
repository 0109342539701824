import FlowTable
import NetTypes

/// A record as the octets it is made of, for columns that name a place in it.
struct RecordImage {
    private(set) var record: FlowRecord

    init(_ record: FlowRecord) { self.record = record }

    /// The unsigned integer of `width` octets (1, 2, 4 or 8) at `offset`; 0 where there is none.
    @inline(__always)
    func word(at offset: Int, width: Int) -> UInt64 {
        guard offset >= 0, width <= MemoryLayout<FlowRecord>.size, offset <= MemoryLayout<FlowRecord>.size - width
        else {
            return 0
        }
        // SAFETY: offset and width were just checked, loads allow any alignment, and every octet of a record that a
        // column names is a stored property's.
        return unsafe withUnsafeBytes(of: record) { bytes in
            switch width {
            // SAFETY: as above.
            case 1: UInt64(unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt8.self))
            case 2: UInt64(unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
            // SAFETY: as above.
            case 4: UInt64(unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            case 8: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            default: 0
            }
        }
    }

    /// Puts a column's value back. A value that the property cannot have (the file may hold anything) is left out.
    mutating func set(_ place: StoreSchema.Place, _ value: UInt64) {
        var value = value
        if place.values != 0 {
            guard value < 8, place.values & 1 << UInt8(value) != 0 else { return }
        }
        if place.isTime { value = UInt64(min(max(0, Int64(bitPattern: value)), maximumTimestamp)) }
        let (offset, width) = (Int(place.offset), Int(place.width))
        guard offset >= 0, width <= MemoryLayout<FlowRecord>.size, offset <= MemoryLayout<FlowRecord>.size - width
        else {
            return
        }
        // SAFETY: offset and width were just checked; integers take any value, enumerations only one they have.
        unsafe withUnsafeMutableBytes(of: &record) { bytes in
            switch width {
            case 1: unsafe bytes.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: offset, as: UInt8.self)
            // SAFETY: as above.
            case 2:
                unsafe bytes.storeBytes(of: UInt16(truncatingIfNeeded: value), toByteOffset: offset, as: UInt16.self)
            // SAFETY: as above.
            case 4:
                unsafe bytes.storeBytes(of: UInt32(truncatingIfNeeded: value), toByteOffset: offset, as: UInt32.self)
            // SAFETY: as above.
            case 8: unsafe bytes.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
            default: break
            }
        }
    }

    /// Sets what is not a column of the table.
    mutating func set(source: IPAddress, destination: IPAddress, presence: FlowRecord.Presence) {
        (record.sourceHigh, record.sourceLow) = (source.high, source.low)
        (record.destinationHigh, record.destinationLow) = (destination.high, destination.low)
        record.ipVersion = source.version
        record.presence = presence
        record.handshakeRoundTrip = max(0, record.handshakeRoundTrip)
    }
}
