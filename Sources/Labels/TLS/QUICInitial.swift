import Crypto
import CryptoExtras
import Foundation

/// Takes the protection off a client's Initial (RFC 9001 sections 5.2 to 5.4): its keys come from the first connection id and
/// a salt that everyone knows, so that this opens nothing that is secret.
enum QUICInitial {
    private static let salt1: [UInt8] = [
        0x38, 0x76, 0x2C, 0xF7, 0xF5, 0x59, 0x34, 0xB3, 0x4D, 0x17, 0x9A, 0xE6, 0xA4, 0xC8, 0x0C, 0xAD, 0xCC, 0xBB,
        0x7F, 0x0A,
    ]
    private static let salt2: [UInt8] = [
        0x0D, 0xED, 0xE3, 0xDE, 0xF7, 0x00, 0xA6, 0xDB, 0x81, 0x93, 0x81, 0xBE, 0x6E, 0x26, 0x9D, 0xCB, 0xF9, 0xBD,
        0x2E, 0xD9,
    ]
    /// Of drafts 23 to 28.
    private static let saltOfEarlyDrafts: [UInt8] = [
        0xC3, 0xEE, 0xF7, 0x12, 0xC7, 0x2E, 0xBB, 0x5A, 0x11, 0xA7, 0xD2, 0x43, 0x2B, 0xB4, 0x63, 0x65, 0xBE, 0xF9,
        0xF5,
        0x02,
    ]
    /// Of drafts 29 to 32.
    private static let saltOfDrafts: [UInt8] = [
        0xAF, 0xBF, 0xEC, 0x28, 0x99, 0x93, 0xD2, 0x4C, 0x9E, 0x97, 0x86, 0xF1, 0x9C, 0x61, 0x11, 0xE0, 0x43, 0x90,
        0xA8, 0x99,
    ]
    private static let tagLength = 16
    private static let sampleLength = 16
    /// CRYPTO frames of one Initial that are put together; those that hide their hello among many send some twenty.
    private static let partLimit = 64

    /// What the client's Initials are protected with.
    struct Keys {
        let key: SymmetricKey
        let iv: [UInt8]
        let headerProtection: SymmetricKey

        /// The keys for the connection id `connectionID` in `version`.
        init(connectionID: [UInt8], version: Int) {
            let salt =
                switch version {
                case QUIC.version2: QUICInitial.salt2
                case 0xFF00_0017...0xFF00_001C: QUICInitial.saltOfEarlyDrafts
                case 0xFF00_001D...0xFF00_0020: QUICInitial.saltOfDrafts
                default: QUICInitial.salt1
                }
            let initial = HKDF<SHA256>.extract(inputKeyMaterial: SymmetricKey(data: connectionID), salt: salt)
            let client = SymmetricKey(data: Self.expand(SymmetricKey(data: initial), "client in", 32))
            let prefix = version == QUIC.version2 ? "quicv2 " : "quic "
            key = SymmetricKey(data: Self.expand(client, prefix + "key", 16))
            iv = Self.expand(client, prefix + "iv", 12)
            headerProtection = SymmetricKey(data: Self.expand(client, prefix + "hp", 16))
        }

        /// HKDF-Expand-Label (RFC 8446 section 7.1) without a context, of up to 32 octets: HKDF's first block, whose octets
        /// an HMAC gives without a pointer to them.
        static func expand(_ secret: SymmetricKey, _ label: String, _ count: Int) -> [UInt8] {
            let name = Array("tls13 \(label)".utf8)
            let info = [UInt8(count >> 8), UInt8(count & 0xFF), UInt8(name.count)] + name + [0]
            return Array(HMAC<SHA256>.authenticationCode(for: info + [1], using: secret).prefix(count))
        }
    }

    /// The frames of the Initial with `header`; nil when they are protected by other keys than those of `connectionID`.
    static func decrypt(_ payload: Payload, _ header: QUIC.Header, connectionID: [UInt8]) -> [UInt8]? {
        let keys = Keys(connectionID: connectionID, version: header.version)
        var mask = payload.bytes(header.number + 4..<header.number + 4 + sampleLength)
        guard mask.count == sampleLength, (try? AES.permute(&mask, key: keys.headerProtection)) != nil else {
            return nil
        }
        var associated = payload.bytes(0..<header.number + 4)
        associated[0] ^= mask[0] & 0x0F
        let numberLength = Int(associated[0] & 3) + 1
        associated.removeLast(4 - numberLength)
        var nonce = keys.iv
        for index in 0..<numberLength {
            associated[header.number + index] ^= mask[1 + index]
            nonce[12 - numberLength + index] ^= associated[header.number + index]
        }
        let start = header.number + numberLength
        guard header.end - start > tagLength, let number = try? AES.GCM.Nonce(data: nonce),
            let box = try? AES.GCM.SealedBox(
                nonce: number, ciphertext: payload.bytes(start..<header.end - tagLength),
                tag: payload.bytes(header.end - tagLength..<header.end)),
            let frames = try? AES.GCM.open(box, using: keys.key, authenticating: associated)
        else { return nil }
        return [UInt8](frames)
    }

    /// Adds the CRYPTO frames among `frames` to `stream`, up to a frame that an Initial may not have.
    static func collect(_ frames: Payload, into stream: inout HandshakeStream) {
        var position = 0
        var parts = 0
        while let type = frames.u8(position) {
            position += 1
            switch type {
            case 0, 1: continue
            case 2, 3:
                // ACK: largest, delay, ranges, first range; then pairs, and three counters with type 3.
                guard QUIC.variable(frames, &position) != nil, QUIC.variable(frames, &position) != nil,
                    let ranges = QUIC.variable(frames, &position), ranges < 256
                else { return }
                for _ in 0..<(1 + 2 * ranges + (type == 3 ? 3 : 0)) where QUIC.variable(frames, &position) == nil {
                    return
                }
            case 6:
                guard let offset = QUIC.variable(frames, &position), let length = QUIC.variable(frames, &position),
                    position + length <= frames.count, parts < partLimit
                else { return }
                parts += 1
                stream.add(frames, position..<position + length, at: offset)
                position += length
            default: return
            }
        }
    }
}
