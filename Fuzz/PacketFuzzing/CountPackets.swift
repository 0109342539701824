/// What came of a fuzzed input: its packets, the records they made, and what was wrong; no mistakes when all holds.
package typealias FuzzedOutcome = (packets: UInt64, records: UInt64, mistakes: [String])

/// Decodes a fuzzed input (`FuzzedInput` says what its octets mean) and counts it into flows.
///
/// If the input asks for it, does so again with other secret keys for the table's hash and with labels: the records must
/// depend on neither. With a small budget a third time, with labels and the first keys: labels must not depend on keys.
package func countPackets(_ octets: [UInt8]) -> FuzzedOutcome {
    let input = FuzzedInput(octets)
    var first = FuzzedRun(input, slotKeys: (1, 2, 3))
    first.run()
    var mistakes = first.mistakes
    if input.isRepeated {
        let keys: (UInt64, UInt64, UInt64) = (0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB)
        var second = FuzzedRun(input, slotKeys: keys, isLabelled: true)
        second.run()
        mistakes += second.mistakes
        if first.checksum != second.checksum {
            mistakes.append("the records depend on the secret hash keys, or on whether there are labels")
        }
        if input.isSmall {
            var third = FuzzedRun(input, slotKeys: (1, 2, 3), isLabelled: true)
            third.run()
            mistakes += third.mistakes
            if second.labelChecksum != third.labelChecksum { mistakes.append("labels depend on the secret hash keys") }
        }
    }
    return (first.packets, first.records, mistakes)
}
