import FlowTable
import NetTypes

/// A flow record that is put together from values, member by member (`JSONField.all`), for who reads records from
/// elsewhere. Addresses, presence and the initiator are set in the record itself.
package struct RecordAssembly {
    private static let places: [StoreSchema.Place?] = JSONField.all.map { field in
        StoreSchema.columns.first { $0.name == field.name }?.place
    }

    private var image: RecordImage

    /// A record with every field zero or unknown.
    package init() { image = RecordImage(FlowRecord()) }

    /// The record.
    package var record: FlowRecord {
        get { image.record }
        set { image = RecordImage(newValue) }
    }

    /// Index in `JSONField.all` of the member called `name`; nil when there is none, or when it is no integer of the
    /// record's own (addresses, `biflowDirection`).
    package static func member(named name: String) -> Int? {
        JSONField.all.firstIndex { $0.name == name }.flatMap { places[$0] == nil ? nil : $0 }
    }

    /// Sets an integer member, cut to the octets that the record has for it. False, and nothing is set, when it is an
    /// enumeration that has no such value. Times are kept within 0 and `maximumTimestamp`.
    package mutating func set(_ member: Int, to value: UInt64) -> Bool {
        guard let place = Self.places[member] else { return false }
        if place.values != 0, value >= 8 || place.values & 1 << UInt8(value) == 0 { return false }
        let largest: UInt64 = place.width == 8 ? .max : (1 << UInt64(Int(place.width) * 8)) - 1
        image.set(place, min(value, largest))
        return true
    }

    /// The value of an integer member, 0 for others.
    package func value(_ member: Int) -> UInt64 {
        guard let place = Self.places[member] else { return 0 }
        return image.word(at: Int(place.offset), width: Int(place.width))
    }
}
