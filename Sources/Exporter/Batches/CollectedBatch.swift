/// Names a batch of records as its exporting process does (docs/delivery.md): the same name is never given twice.
package struct CollectedBatch: Hashable, Sendable, CustomStringConvertible {
    /// `batchProbe`: the 16 octets that name a spool, the first octet highest.
    package struct Probe: Hashable, Sendable, CustomStringConvertible {
        /// The first eight octets.
        package var high: UInt64
        /// The last eight.
        package var low: UInt64

        /// From two words.
        package init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }

        /// 32 digits of hexadecimal, as in the file of batches and in messages.
        package var description: String {
            [high, low].map { word in
                let digits = String(word, radix: 16)
                return String(repeating: "0", count: 16 - digits.utf8.count) + digits
            }.joined()
        }

        /// Reads `description`; nil for anything else.
        package init?(_ text: some StringProtocol) {
            guard text.utf8.count == 32,
                text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
                let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
            else { return nil }
            self.init(high: high, low: low)
        }
    }

    /// The spool.
    package var probe: Probe
    /// `batchId`.
    package var number: UInt64

    /// From its parts.
    package init(probe: Probe, number: UInt64) {
        self.probe = probe
        self.number = number
    }

    /// As messages name it.
    package var description: String { "\(number) of probe \(probe)" }
}
