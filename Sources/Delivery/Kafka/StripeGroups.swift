import FlowTable
import Spool

/// Puts the records of a batch into a few groups by their flow, so that all slices of a flow have the same key and thereby the
/// same partition.
final class StripeGroups {
    private let groups: [RecordBuffer]

    /// So many groups, 1 or more.
    init(count: Int) { groups = (0..<max(1, count)).map { _ in RecordBuffer() } }

    /// How many there are.
    var count: Int { groups.count }

    /// The group of a flow: the upper half of its id times 2^64 over the golden ratio, modulo the number of groups. Ids are
    /// not spread by themselves: those of one stripe follow each other.
    static func group(of flow: UInt64, count: Int) -> Int {
        Int((flow &* 0x9E37_79B9_7F4A_7C15) >> 32) % max(1, count)
    }

    /// Takes the place of what was there, each group in the order of `block`, attributes and all.
    func fill(_ block: RecordBlock) {
        for group in groups { group.removeAll() }
        let attributes = block.attributes
        var walk = AttributeWalk()
        for index in 0..<block.count {
            let record = block.records[index]
            let list = walk.next(record.attributeOctets, of: attributes.count)
            groups[Self.group(of: record.flowId, count: groups.count)].append(
                record, attributes: attributes.span.extracting(list))
        }
    }

    /// The records of a group.
    subscript(group: Int) -> RecordBuffer { groups[group] }
}
