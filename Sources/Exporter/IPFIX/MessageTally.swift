/// Counts what is in messages of this export, from their octets: for messages that could not be sent.
struct MessageTally {
    /// Flow data records.
    private(set) var records: UInt64 = 0
    /// Packets they count, both directions.
    private(set) var packets: UInt64 = 0
    /// Layer 3 octets they count, both directions.
    private(set) var octets: UInt64 = 0

    /// Counts `messages`, whole messages made by `MessageBuilder` under the same options.
    init(_ messages: Span<UInt8>, templates: [FlowTemplate]) {
        var start = 0
        while let length = Self.messageLength(messages, at: start) {
            countSets(messages, from: start + MessageBuilder.headerLength, to: start + length, templates)
            start += length
        }
    }

    /// Octets of the message at `start`, or nil when there is no whole message.
    static func messageLength(_ messages: Span<UInt8>, at start: Int) -> Int? {
        guard messages.count - start >= MessageBuilder.headerLength else { return nil }
        let length = Int(messages[start + 2]) << 8 | Int(messages[start + 3])
        guard length >= MessageBuilder.headerLength, length <= messages.count - start else { return nil }
        return length
    }

    private mutating func countSets(_ octets: Span<UInt8>, from start: Int, to end: Int, _ templates: [FlowTemplate]) {
        var position = start
        while end - position >= 4 {
            let id = UInt16(octets[position]) << 8 | UInt16(octets[position + 1])
            let length = Int(octets[position + 2]) << 8 | Int(octets[position + 3])
            guard length >= 4, length <= end - position else { return }
            if let template = templates.first(where: { $0.id == id }), template.recordLength > 0 {
                var record = position + 4
                while position + length - record >= template.recordLength {
                    countRecord(octets, at: record, template)
                    record += template.recordLength
                    record += template.attributes.length(octets, record..<position + length) ?? length
                }
            }
            position += length
        }
    }

    private mutating func countRecord(_ octets: Span<UInt8>, at start: Int, _ template: FlowTemplate) {
        records += 1
        var offset = start
        for field in template.fields {
            let length = Int(field.element.length)
            if field.element.registry == .iana, field.element.id == 1 || field.element.id == 2 {
                var value: UInt64 = 0
                for index in 0..<length { value = value << 8 | UInt64(octets[offset + index]) }
                if field.element.id == 1 { self.octets &+= value } else { packets &+= value }
            }
            offset += length
        }
    }
}
