import Crypto
import Foundation

/// Digests in hexadecimal, as fingerprints are written. They identify software; nothing is protected by them.
enum Fingerprint {
    /// All 32 digits of the MD5 of `octets` (RFC 1321).
    static func md5(_ octets: [UInt8]) -> String { hexadecimal(Insecure.MD5.hash(data: octets)) }

    /// The first twelve digits of the SHA-256 of `text`.
    static func shortSHA256(_ text: String) -> String {
        String(hexadecimal(SHA256.hash(data: Array(text.utf8))).prefix(12))
    }

    /// `value` as `digits` hexadecimal digits, in lower case.
    static func hexadecimal(_ value: Int, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func hexadecimal(_ octets: some Sequence<UInt8>) -> String {
        octets.map { hexadecimal(Int($0), digits: 2) }.joined()
    }
}
