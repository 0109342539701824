import FlowTable
import Labels

/// Which records a destination gets: a condition in the language of `report --where` (`WhereExpression`).
package struct RecordFilter: Sendable, Equatable, CustomStringConvertible {
    /// The condition as it was written.
    package let description: String
    /// What must hold for a record.
    package let condition: WhereExpression
    /// Whether it asks for the attribute `serverName`.
    package let readsServerName: Bool

    /// Reads a condition. Throws with the place of the first thing that is wrong.
    package init(_ text: String) throws(WhereError) {
        description = text
        condition = try WhereExpression(text)
        readsServerName = condition.readsServerName
    }

    /// Whether it asks for what only labels tell.
    package var needsLabels: Bool { condition.needsLabels }

    /// Whether the destination gets the record, whose attributes are `attributes`.
    package func keeps(_ record: FlowRecord, _ attributes: Span<UInt8>) -> Bool {
        condition.matches(record, serverName: readsServerName ? Self.serverName(attributes) : nil)
    }

    private static func serverName(_ attributes: Span<UInt8>) -> String? {
        var position = 0
        while let value = AttributeList.next(attributes, &position, end: attributes.count) {
            guard value.attribute == .serverName else { continue }
            return String(decoding: value.range.map { attributes[$0] }, as: UTF8.self)
        }
        return nil
    }
}

extension WhereExpression {
    /// Whether a test is about the attribute `serverName`.
    fileprivate var readsServerName: Bool {
        contains { if case .server = $0 { true } else { false } }
    }

    /// Whether a test is about labels.
    fileprivate var needsLabels: Bool {
        contains {
            switch $0 {
            case .server, .application: true
            default: false
            }
        }
    }

    private func contains(_ isWanted: (WhereExpression) -> Bool) -> Bool {
        switch self {
        case .and(let left, let right), .or(let left, let right): left.contains(isWanted) || right.contains(isWanted)
        case .not(let inner): inner.contains(isWanted)
        default: isWanted(self)
        }
    }
}
