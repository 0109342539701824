import Foundation
import NIOHTTP1

/// What is wrong with the file of a token. `description` is a sentence.
struct TokenFailure: Error, CustomStringConvertible {
    let description: String
}

/// A token that every request has to show (`Authorization: Bearer`, RFC 6750 section 2.1). Its file is read for each request,
/// so that a new one counts from the next on.
package struct RequestToken: Sendable {
    /// Octets of the file that are read.
    private static let longest = 4096
    private let path: String

    /// From the first line of a file. Throws a sentence when it has none.
    package init(file path: String) throws {
        self.path = path
        _ = try octets()
    }

    /// Whether a request's header shows it. The time that this takes does not tell how much of a wrong one is right.
    func isShown(by headers: HTTPHeaders) throws(TokenFailure) -> Bool {
        let wanted = try octets()
        let words = (headers.first(name: "Authorization") ?? "").split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2, words[0].lowercased() == "bearer" else { return false }
        let shown = Array(words[1].utf8)
        guard shown.count == wanted.count else { return false }
        return zip(shown, wanted).reduce(0) { $0 | $1.0 ^ $1.1 } == 0
    }

    private func octets() throws(TokenFailure) -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: Self.longest),
            let line = data.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false).first, !line.isEmpty,
            line.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw TokenFailure(
                description:
                    "The file \(path) has no token that can be read: its first line must be one word of visible "
                    + "characters.")
        }
        return Array(line)
    }
}
