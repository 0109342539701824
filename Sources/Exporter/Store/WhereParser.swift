import Labels
import NetTypes

/// What is wrong with a `--where` expression, and where.
package struct WhereError: Error, Equatable, CustomStringConvertible {
    /// The character at which it is wrong, from 1; one past the end when something is missing there.
    package let position: Int
    /// Complete sentence for a person.
    package let text: String
    /// The same with the position.
    package let description: String

    init(_ position: Int, _ message: String) {
        self.position = position
        text = message
        description = "--where, character \(position): \(message)"
    }
}

/// Reads expressions by recursive descent. Length and depth are bounded, so that no text can exhaust the stack, or
/// SQLite's own limits (100 for its parser's stack, 1000 for the depth of an expression).
struct WhereParser {
    private struct Token {
        var text: Substring
        /// From 1.
        var position: Int
    }

    private static let maximumTokens = 600
    private static let maximumDepth = 16

    private var tokens: [Token] = []
    private var next = 0
    private let end: Int

    init(_ text: String) throws(WhereError) {
        var position = 0
        var start: (index: String.Index, position: Int)?
        for index in text.indices {
            position += 1
            let character = text[index]
            let isParenthesis = character == "(" || character == ")"
            if character.isWhitespace || isParenthesis {
                if let begun = start {
                    tokens.append(Token(text: text[begun.index..<index], position: begun.position))
                    start = nil
                }
                if isParenthesis {
                    tokens.append(Token(text: text[index...index], position: position))
                }
            } else if start == nil {
                start = (index, position)
            }
            guard tokens.count <= Self.maximumTokens else {
                throw WhereError(position, "The expression has more than \(Self.maximumTokens) words. Shorten it.")
            }
        }
        if let begun = start { tokens.append(Token(text: text[begun.index...], position: begun.position)) }
        end = position + 1
    }

    mutating func parse() throws(WhereError) -> WhereExpression {
        let expression = try expression(depth: 0)
        if next < tokens.count {
            throw WhereError(tokens[next].position, "\(shown(tokens[next])) is too much here. Join tests by and or or.")
        }
        return expression
    }

    private mutating func expression(depth: Int) throws(WhereError) -> WhereExpression {
        var left = try term(depth: depth)
        while take("or") { left = .or(left, try term(depth: depth)) }
        return left
    }

    private mutating func term(depth: Int) throws(WhereError) -> WhereExpression {
        var left = try factor(depth: depth)
        while take("and") { left = .and(left, try factor(depth: depth)) }
        return left
    }

    private mutating func factor(depth: Int) throws(WhereError) -> WhereExpression {
        if next < tokens.count, depth >= Self.maximumDepth, ["not", "("].contains(tokens[next].text.lowercased()) {
            throw WhereError(position, "The expression is nested more than \(Self.maximumDepth) deep. Simplify it.")
        }
        if take("not") { return .not(try factor(depth: depth + 1)) }
        let open = position
        if take("(") {
            let inner = try expression(depth: depth + 1)
            guard take(")") else { throw WhereError(position, "The parenthesis of character \(open) is not closed.") }
            return inner
        }
        return try test()
    }

    private mutating func test() throws(WhereError) -> WhereExpression {
        if take("address") { return .address(try prefix()) }
        if take("source") { return .source(try prefix()) }
        if take("destination") { return .destination(try prefix()) }
        if take("port") {
            let token = try value("a port number")
            guard token.text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(token.text) else {
                throw WhereError(token.position, "\(shown(token)) is not a port. Write a number from 0 to 65535.")
            }
            return .port(port)
        }
        if take("application") {
            let token = try value("the name of an application")
            guard
                let label = ApplicationLabel.allCases.first(where: { $0.name.lowercased() == token.text.lowercased() })
            else {
                throw WhereError(
                    token.position,
                    "\(shown(token)) is not an application. Write a name of docs/labels.md, such as dns or tls.")
            }
            return .application(label)
        }
        if take("server") {
            let token = try value("the name of a server")
            guard token.text.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }), token.text.utf8.count <= 255 else {
                throw WhereError(
                    token.position, "\(shown(token)) is not a server's name. Write one such as www.example.com.")
            }
            return .server(String(token.text))
        }
        if take("protocol") {
            let token = try value("a protocol")
            guard let identifier = ServiceNames.protocolIdentifier(token.text) else {
                throw WhereError(
                    token.position,
                    "\(shown(token)) is not a protocol. Write a name such as tcp, or a number up to 255.")
            }
            return .protocolIdentifier(identifier)
        }
        let found = next < tokens.count ? shown(tokens[next]) + " is not a test" : "A test is missing"
        throw WhereError(
            position,
            "\(found). Tests are address, source, destination, port, protocol, application and server, each "
                + "with a value.")
    }

    private mutating func prefix() throws(WhereError) -> Prefix {
        let token = try value("an address or prefix")
        guard let prefix = Prefix(token.text) else {
            throw WhereError(
                token.position, "\(shown(token)) is not an address or prefix. Write 192.0.2.1 or 2001:db8::/32.")
        }
        return prefix
    }

    private mutating func value(_ what: String) throws(WhereError) -> Token {
        guard next < tokens.count, tokens[next].text != "(", tokens[next].text != ")" else {
            throw WhereError(position, "Here \(what) is missing.")
        }
        next += 1
        return tokens[next - 1]
    }

    private var position: Int { next < tokens.count ? tokens[next].position : end }

    private mutating func take(_ word: String) -> Bool {
        guard next < tokens.count, tokens[next].text.lowercased() == word else { return false }
        next += 1
        return true
    }

    private func shown(_ token: Token) -> String {
        let text = ReportText.printable(String(token.text.prefix(40)))
        return "\u{201C}\(text)\(token.text.count > 40 ? "\u{2026}" : "")\u{201D}"
    }
}
