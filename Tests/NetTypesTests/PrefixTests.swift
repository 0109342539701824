import NetTypes
import Testing

@Suite struct PrefixTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0/8"), ("10.1.2.3/8", "10.0.0.0/8"), ("10.1.2.3", "10.1.2.3/32"),
        ("1.2.3.4/0", "0.0.0.0/0"), ("255.255.255.255/31", "255.255.255.254/31"), ("1.2.3.4/32", "1.2.3.4/32"),
        ("2001:db8::1/32", "2001:db8::/32"), ("2001:db8::1", "2001:db8::1/128"), ("ffff::ffff/0", "::/0"),
        ("1:2:3:4:5:6:7:8/64", "1:2:3:4::/64"), ("1:2:3:ffff:5:6:7:8/63", "1:2:3:fffe::/63"),
        ("1:2:3:4:ffff:6:7:8/65", "1:2:3:4:8000::/65"), ("::ffff/127", "::fffe/127"),
    ]) func parsesAndClearsHostBits(text: String, printed: String) throws {
        #expect(try #require(Prefix(text)).description == printed)
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/ 8",
        "10.0.0.0/a", "10.0.0.0/256", "::/129", "::/999999999999999999999", "10.0.0/8", "10.0.0.0/٨",
    ]) func refuses(text: String) {
        #expect(Prefix(text) == nil)
    }

    @Test func containsAgreesWithTheBits() throws {
        let seed: UInt64 = 0x1952_0003
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        for round in 0..<4000 {
            let version: UInt8 = round & 1 == 0 ? 4 : 6
            let width = version == 4 ? 32 : 128
            let length = Int.random(in: 0...width, using: &random)
            let address =
                version == 4
                ? IPAddress(v4: UInt32.random(in: 0 ... .max, using: &random))
                : IPAddress(high: random.next(), low: random.next(), version: 6)
            let prefix = try #require(Prefix(address: address, length: UInt8(length)))
            #expect(prefix.contains(address))
            let flipped = Int.random(in: 0..<width, using: &random)
            // Bit 0 is the first on the wire.
            var other = address
            let fromRight = width - 1 - flipped
            if fromRight >= 64 {
                other.high ^= 1 << UInt64(fromRight - 64)
            } else {
                other.low ^= 1 << UInt64(fromRight)
            }
            #expect(prefix.contains(other) == (flipped >= length))
        }
    }

    @Test func versionsDoNotMix() throws {
        let all4 = try #require(Prefix("0.0.0.0/0"))
        let all6 = try #require(Prefix("::/0"))
        let (four, six) = (IPAddress(v4: 1), IPAddress(high: 0, low: 1, version: 6))
        #expect(all4.contains(four) && !all4.contains(six))
        #expect(all6.contains(six) && !all6.contains(four))
        #expect(Prefix(address: four, length: 33) == nil)
        #expect(Prefix(address: six, length: 129) == nil)
    }
}

@Suite struct MACAddressTests {
    @Test(arguments: [
        (UInt64(0), "00:00:00:00:00:00"), (0x0053_FF00_0001, "00:53:ff:00:00:01"),
        (0xFFFF_FFFF_FFFF, "ff:ff:ff:ff:ff:ff"), (0x0102_030A_0B0C, "01:02:03:0a:0b:0c"),
    ]) func prints(bits: UInt64, text: String) {
        #expect(MACAddress(bits: bits).description == text)
    }

    @Test func dropsHigherBits() {
        #expect(MACAddress(bits: 0xABCD_0053_FF00_0001) == MACAddress(bits: 0x0053_FF00_0001))
    }
}
