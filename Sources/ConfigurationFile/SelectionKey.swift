import Foundation

/// The secret by which flows are selected, from a file: 32 hexadecimal digits. A file, since what stands in options, variables
/// and configurations is seen by others.
package enum SelectionKey {
    /// Why there is no key: the rest of a sentence that begins with the file's name.
    package struct Failure: Error {
        /// The rest of that sentence.
        package let reason: String
    }

    private static let digits = 32

    /// The two words of the key in the file at `path`.
    package static func read(_ path: String) throws(Failure) -> (UInt64, UInt64) {
        let octets: [UInt8]
        switch FileChecks.read(path) {
        case .failure(let failure): throw Failure(reason: failure.reason)
        case .success(let found): octets = found
        }
        let text = String(decoding: octets, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.utf8.count == digits, text.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let high = UInt64(text.prefix(digits / 2), radix: 16), let low = UInt64(text.suffix(digits / 2), radix: 16)
        else {
            throw Failure(reason: "is not a selection key: write 32 hexadecimal digits, as of `openssl rand -hex 16`")
        }
        return (high, low)
    }

    /// What keeps the file at `path` from being used, or nil.
    static func problem(_ path: String) -> String? {
        do throws(Failure) {
            _ = try read(path)
            return nil
        } catch {
            return "\(printablePath(path)) \(error.reason)"
        }
    }
}
