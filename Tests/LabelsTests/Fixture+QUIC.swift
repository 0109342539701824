import Crypto
import CryptoExtras
import Foundation
import Labels

/// QUIC's Initials, protected here by a second reading of RFC 9001: the program's own is not used.
extension Fixture {
    /// The datagrams of a client whose first handshake message is `client`, cut at `splitAt` into frames that come in
    /// reverse, in as many datagrams as they need.
    static func quic(version: Int, client: [UInt8], splitAt cuts: [Int] = []) -> [Packet] {
        let connection = noise(8, seed: UInt64(version))
        let bounds = [0] + cuts + [client.count]
        let frames = zip(bounds, bounds.dropFirst()).map { start, end in
            cat(u8(6), variable(start), variable(end - start), Array(client[start..<end]))
        }
        let later: [UInt8] = frames[1...].reversed().flatMap { $0 }
        let datagrams: [[UInt8]] = later.isEmpty ? [frames[0]] : [later, frames[0]]
        return datagrams.enumerated().map { number, contents in
            out(initial(version: version, connection: connection, number: number, frames: cat([1, 0, 0], contents)))
        }
    }

    static func variable(_ value: Int) -> [UInt8] { value < 64 ? u8(value) : u16(0x4000 | value) }

    /// One protected Initial of at least 1,200 octets, with a packet number of two octets.
    static func initial(version: Int, connection: [UInt8], number: Int, frames: [UInt8]) -> [UInt8] {
        let keys = initialKeys(version: version, connection: connection)
        let plain = cat(frames, zeros(max(0, 1180 - frames.count)))
        var header = cat(u8(version == 0x6B33_43CF ? 0xD1 : 0xC1), u32(version), sized(1, connection), sized(1, []))
        header += cat(variable(0), variable(plain.count + 18))
        let place = header.count
        header += u16(number)
        var nonce = keys.iv
        nonce[11] ^= UInt8(number)
        do {
            let box = try AES.GCM.seal(
                plain, using: SymmetricKey(data: keys.key), nonce: AES.GCM.Nonce(data: nonce), authenticating: header)
            let sealed = cat([UInt8](box.ciphertext), [UInt8](box.tag))
            var mask = Array(sealed[2..<18])
            try AES.permute(&mask, key: SymmetricKey(data: keys.hp))
            header[0] ^= mask[0] & 0x0F
            header[place] ^= mask[1]
            header[place + 1] ^= mask[2]
            return header + sealed
        } catch {
            return []
        }
    }

    /// What the client's Initials are protected with.
    static func initialKeys(version: Int, connection: [UInt8]) -> (key: [UInt8], iv: [UInt8], hp: [UInt8]) {
        let salt =
            switch version {
            case 1: "38762cf7f55934b34d179ae6a4c80cadccbb7f0a"
            case 0x6B33_43CF: "0dede3def700a6db819381be6e269dcbf9bd2ed9"
            default: "afbfec289993d24c9e9786f19c6111e04390a899"
            }
        let secret = Array(
            HMAC<SHA256>.authenticationCode(for: connection, using: SymmetricKey(data: hexadecimal(salt))))
        func expand(_ secret: [UInt8], _ name: String, _ count: Int) -> [UInt8] {
            let info = cat(u16(count), sized(1, ascii("tls13 " + name)), [0, 1])
            return Array(HMAC<SHA256>.authenticationCode(for: info, using: SymmetricKey(data: secret)).prefix(count))
        }
        let client = expand(secret, "client in", 32)
        let prefix = version == 0x6B33_43CF ? "quicv2 " : "quic "
        return (
            expand(client, prefix + "key", 16), expand(client, prefix + "iv", 12), expand(client, prefix + "hp", 16)
        )
    }

    static func hexadecimal(_ text: String) -> [UInt8] {
        stride(from: 0, to: text.count, by: 2).map { index in
            UInt8(text.dropFirst(index).prefix(2), radix: 16) ?? 0
        }
    }
}
