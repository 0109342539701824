import FlowTable
import Foundation
import NetTypes

/// Which addresses are inside: a longest-match table of prefixes with tags, and the direction between its zones.
///
/// Made once, then only read: it may be shared between threads.
package struct ZoneTable: Sendable {
    /// Prefix files longer than this (in octets) are refused: a wrong file was named.
    package static let maximumFileSize = 64 << 20

    private let tags: [ZoneTags]
    /// `tags[i].isInternal`, apart from the tags' strings: look-ups then touch one octet and retain nothing.
    private let internalFlags: [Bool]
    private let ranges4: AddressRanges<UInt32>
    private let ranges6: AddressRanges<UInt128>

    /// Whether nothing is configured. Every direction is then `.unknown`.
    package var isEmpty: Bool { tags.isEmpty }

    /// A table from `--internal` prefixes (`ADDRESS/LENGTH` or a lone address) and the path of a prefix file
    /// (docs/zones.md). Where both name one prefix the file's line holds, because it has the tags.
    package init(internal prefixes: [String], file: String?) throws(ZoneError) {
        var entries: [PrefixFile.Entry] = []
        if let file { entries = try PrefixFile.parse(try Self.read(file), name: file) }
        try self.init(internal: prefixes, entries: entries)
    }

    /// A table from prefixes and the text of a prefix file, for tests and for other sources of text.
    package init(internal prefixes: [String], text: String, name: String) throws(ZoneError) {
        try self.init(internal: prefixes, entries: try PrefixFile.parse(text, name: name))
    }

    private init(internal prefixes: [String], entries: [PrefixFile.Entry]) throws(ZoneError) {
        var table: [Prefix: ZoneTags] = [:]
        for text in prefixes {
            guard let prefix = Prefix(text) else {
                throw ZoneError(
                    "--internal: \u{201C}\(text)\u{201D} is not an address prefix. "
                        + "Write ADDRESS/LENGTH, such as 10.0.0.0/8 or 2001:db8::/32.")
            }
            table[prefix] = ZoneTags()
        }
        for entry in entries { table[entry.prefix] = entry.tags }

        var tags: [ZoneTags] = []
        var spans4: [AddressRanges<UInt32>.Span] = []
        var spans6: [AddressRanges<UInt128>.Span] = []
        for (prefix, tag) in table {
            let owner = UInt32(tags.count)
            tags.append(tag)
            if prefix.address.version == 4 {
                let first = UInt32(truncatingIfNeeded: prefix.address.low)
                let host: UInt32 = prefix.length == 0 ? .max : (1 << UInt32(32 - prefix.length)) - 1
                spans4.append(.init(first: first, last: first | host, owner: owner))
            } else {
                let first = Self.word(prefix.address)
                let host: UInt128 = prefix.length == 0 ? .max : (1 << UInt128(128 - prefix.length)) - 1
                spans6.append(.init(first: first, last: first | host, owner: owner))
            }
        }
        self.tags = tags
        internalFlags = tags.map(\.isInternal)
        ranges4 = AddressRanges(spans4)
        ranges6 = AddressRanges(spans6)
    }

    private static func read(_ path: String) throws(ZoneError) -> String {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            data = try handle.read(upToCount: maximumFileSize + 1) ?? Data()
        } catch {
            throw ZoneError("The prefix file \(path) cannot be read. Check that it exists and that you may read it.")
        }
        guard data.count <= maximumFileSize else {
            throw ZoneError("The prefix file \(path) is longer than 64 MiB. Check that it is the file you meant.")
        }
        return String(decoding: data, as: UTF8.self)
    }

    private static func word(_ address: IPAddress) -> UInt128 {
        UInt128(address.high) << 64 | UInt128(address.low)
    }

    private func owner(of address: IPAddress) -> UInt32 {
        address.version == 4
            ? ranges4.owner(of: UInt32(truncatingIfNeeded: address.low)) : ranges6.owner(of: Self.word(address))
    }

    /// The tags of the longest prefix that holds `address`; nil when none does.
    package func tags(of address: IPAddress) -> ZoneTags? {
        let owner = owner(of: address)
        return owner == AddressRanges<UInt32>.nobody ? nil : tags[Int(owner)]
    }

    /// Whether the longest prefix that holds `address` is an internal one.
    package func isInternal(_ address: IPAddress) -> Bool {
        let owner = owner(of: address)
        return owner != AddressRanges<UInt32>.nobody && internalFlags[Int(owner)]
    }

    /// Whether `address` is inside; nil when it is of link scope and no prefix names it, so that it is wherever the other end is.
    private func side(_ address: IPAddress) -> Bool? {
        let owner = owner(of: address)
        if owner != AddressRanges<UInt32>.nobody { return internalFlags[Int(owner)] }
        return address.isLinkScope ? nil : false
    }

    /// Where a flow from `source` (its initiator) to `destination` goes. `.unknown` when nothing is configured.
    ///
    /// What has an address of link scope on one end stays on its link, and has not crossed a border: both ends are on the
    /// side of the other address. A link on which neither end says more is one that the probe watches: inside.
    package func direction(source: IPAddress, destination: IPAddress) -> FlowRecord.ZoneDirection {
        guard !isEmpty else { return .unknown }
        let (from, to) = (side(source), side(destination))
        return switch (from ?? to ?? true, to ?? from ?? true) {
        case (true, true): .internal
        case (true, false): .outbound
        case (false, true): .inbound
        case (false, false): .transit
        }
    }

    /// Fills `zoneDirection` in a batch, before the sinks see it.
    package func annotate(_ records: inout MutableSpan<FlowRecord>) {
        guard !isEmpty else { return }
        for index in records.indices {
            let direction = direction(
                source: records[index].sourceAddress, destination: records[index].destinationAddress)
            records[index].zoneDirection = direction
        }
    }
}
