import FlowTable
import Labels
import NetTypes

/// A condition on records, as `--where` takes it:
///
///     expression = term { "or" term }
///     term       = factor { "and" factor }
///     factor     = "not" factor | "(" expression ")" | test
///     test       = ("address" | "source" | "destination") (ADDRESS | ADDRESS/LENGTH)
///                | "port" NUMBER
///                | "protocol" (NAME | NUMBER)
///                | "application" NAME
///                | "server" NAME
///
/// `server` holds for the name itself and for every name below it. `address` and `port` hold for either side. Words may be in upper or lower case.
package indirect enum WhereExpression: Equatable, Sendable {
    /// The initiator's or the responder's address is in the prefix.
    case address(Prefix)
    /// The initiator's address is in the prefix.
    case source(Prefix)
    /// The responder's address is in the prefix.
    case destination(Prefix)
    /// The initiator's or the responder's port.
    case port(UInt16)
    /// IE 4 protocolIdentifier.
    case protocolIdentifier(UInt8)
    /// The application's label.
    case application(ApplicationLabel)
    /// The attribute `serverName` is this name, or one below it. Printable ASCII without blanks.
    case server(String)
    /// Both hold.
    case and(WhereExpression, WhereExpression)
    /// Either holds.
    case or(WhereExpression, WhereExpression)
    /// It does not hold.
    case not(WhereExpression)

    /// Reads an expression. Throws with the place of the first thing that is wrong.
    package init(_ text: String) throws(WhereError) {
        var parser = try WhereParser(text)
        self = try parser.parse()
    }

    /// Whether the condition holds for a record with the attribute `serverName`.
    package func matches(_ record: FlowRecord, serverName: String? = nil) -> Bool {
        switch self {
        case .address(let prefix):
            prefix.contains(record.sourceAddress) || prefix.contains(record.destinationAddress)
        case .source(let prefix): prefix.contains(record.sourceAddress)
        case .destination(let prefix): prefix.contains(record.destinationAddress)
        case .port(let port):
            record.presence.contains(.ports) && (record.sourcePort == port || record.destinationPort == port)
        case .protocolIdentifier(let identifier): record.protocolIdentifier == identifier
        case .application(let label):
            record.presence.contains(.label) && record.applicationSelector == Int(label.rawValue)
        case .server(let name):
            serverName.map { Self.isName($0.lowercased(), at: name.lowercased()) } ?? false
        case .and(let left, let right):
            left.matches(record, serverName: serverName) && right.matches(record, serverName: serverName)
        case .or(let left, let right):
            left.matches(record, serverName: serverName) || right.matches(record, serverName: serverName)
        case .not(let inner): !inner.matches(record, serverName: serverName)
        }
    }
}

extension WhereExpression {
    private static func isName(_ name: String, at top: String) -> Bool { name == top || name.hasSuffix("." + top) }

    /// A value for a parameter of the statement.
    enum Binding {
        case integer(Int64)
        case address(StoreAddress)
        case text(String)
    }

    /// The condition in SQL, with a `?` for every value, and the values added to `bindings` in that order.
    func sql(_ bindings: inout [Binding]) -> String {
        switch self {
        case .address(let prefix):
            let source = Self.range("sourceAddress", prefix, &bindings)
            let destination = Self.range("destinationAddress", prefix, &bindings)
            bindings.append(.integer(Int64(prefix.address.version)))
            return "((\(source) OR \(destination)) AND ipVersion = ?)"
        case .source(let prefix): return Self.side("sourceAddress", prefix, &bindings)
        case .destination(let prefix): return Self.side("destinationAddress", prefix, &bindings)
        case .port(let port):
            bindings.append(.integer(Int64(port)))
            bindings.append(.integer(Int64(port)))
            // IS, because "not port 53" holds for a record without ports.
            return "(sourceTransportPort IS ? OR destinationTransportPort IS ?)"
        case .protocolIdentifier(let identifier):
            bindings.append(.integer(Int64(identifier)))
            return "(protocolIdentifier = ?)"
        case .application(let label):
            bindings.append(.integer(Int64(label.rawValue)))
            // The selector of the id; 0 without a label, so that "not application dns" holds there.
            return "(coalesce(applicationName & 16777215, 0) = ?)"
        case .server(let name):
            for text in [name, "." + name, "." + name] { bindings.append(.text(text)) }
            let value = StoreView.attribute(.serverName)
            return "(coalesce(CASE WHEN json_valid(\(StoreSchema.attributesColumn)) THEN \(value) = ? COLLATE NOCASE "
                + "OR substr(\(value), -length(?)) = ? COLLATE NOCASE END, 0))"
        case .and(let left, let right):
            // No parentheses that precedence does not ask for: SQLite's parser goes 100 deep.
            return left.operand(&bindings) + " AND " + right.operand(&bindings)
        case .or(let left, let right): return left.sql(&bindings) + " OR " + right.sql(&bindings)
        case .not(let inner):
            if case .and = inner { return "NOT (\(inner.sql(&bindings)))" }
            return "NOT " + inner.operand(&bindings)
        }
    }

    /// As an operand of AND or NOT.
    private func operand(_ bindings: inout [Binding]) -> String {
        if case .or = self { return "(\(sql(&bindings)))" }
        return sql(&bindings)
    }

    private static func range(_ column: String, _ prefix: Prefix, _ bindings: inout [Binding]) -> String {
        let (first, last) = StoreAddress.range(prefix)
        bindings.append(.address(first))
        bindings.append(.address(last))
        return "(\(column) BETWEEN ? AND ?)"
    }

    private static func side(_ column: String, _ prefix: Prefix, _ bindings: inout [Binding]) -> String {
        let range = range(column, prefix, &bindings)
        bindings.append(.integer(Int64(prefix.address.version)))
        return "(\(range) AND ipVersion = ?)"
    }
}
