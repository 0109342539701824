/// What came of a fuzzed input: its packets, the records they made, and what was wrong; no mistakes when all holds.
package typealias FuzzedOutcome = (packets: UInt64, records: UInt64, mistakes: [String])

/// Decodes a fuzzed input (`FuzzedInput` says what its octets mean) and counts it into flows.
///
/// Does so twice if the input asks for it, with other secret keys for the table's hash: the records must not depend on
/// them.
package func countPackets(_ octets: [UInt8]) -> FuzzedOutcome {
    let input = FuzzedInput(octets)
    var first = FuzzedRun(input, slotKeys: (1, 2, 3))
    first.run()
    var mistakes = first.mistakes
    if input.isRepeated {
        var second = FuzzedRun(
            input, slotKeys: (0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB))
        second.run()
        mistakes += second.mistakes
        if first.checksum != second.checksum { mistakes.append("the records depend on the secret hash keys") }
    }
    return (first.packets, first.records, mistakes)
}
