/// Elements of ASN.1's basic encoding rules (X.690), as SNMP, LDAP, Kerberos and certificates have them.
enum BER {
    static let integer = 0x02
    static let octetString = 0x04
    static let objectIdentifier = 0x06
    static let sequence = 0x30
    static let set = 0x31

    /// One element: its identifier octet, and where its contents lie. They may end beyond the payload.
    struct Element {
        let tag: Int
        let contents: Range<Int>
    }

    /// The element at `position`; nil when its header is cut, has a tag of several octets or an indefinite length.
    static func element(_ payload: Payload, _ position: Int) -> Element? {
        guard let tag = payload.u8(position), tag & 0x1F != 0x1F, let first = payload.u8(position + 1) else {
            return nil
        }
        if first < 0x80 { return Element(tag: tag, contents: position + 2..<position + 2 + first) }
        let count = first & 0x7F
        guard (1...4).contains(count) else { return nil }
        var length = 0
        for index in 0..<count {
            guard let octet = payload.u8(position + 2 + index) else { return nil }
            length = length << 8 | octet
        }
        return Element(tag: tag, contents: position + 2 + count..<position + 2 + count + length)
    }

    /// The element at `position` if its tag is `tag`.
    static func element(_ payload: Payload, _ position: Int, _ tag: Int) -> Element? {
        guard let found = element(payload, position), found.tag == tag else { return nil }
        return found
    }

    /// The value of the INTEGER at `position`, of one to four octets and not negative, and where the next element begins.
    static func integer(_ payload: Payload, _ position: Int) -> (value: Int, next: Int)? {
        guard let found = element(payload, position, integer), (1...5).contains(found.contents.count) else {
            return nil
        }
        var value = 0
        for place in found.contents {
            guard let octet = payload.u8(place) else { return nil }
            value = value << 8 | octet
        }
        return (value, found.contents.upperBound)
    }
}
