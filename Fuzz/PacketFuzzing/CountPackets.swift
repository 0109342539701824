/// Decodes a fuzzed input and counts it into flows; returns what was wrong about the outcome, nothing when all holds.
///
/// Does so twice if the input asks for it, with other secret keys for the table's hash: the records must not depend on
/// them.
package func countPackets(_ octets: [UInt8]) -> [String] {
    let input = FuzzedInput(octets)
    var first = FuzzedRun(input, slotKeys: (1, 2, 3))
    first.run()
    guard input.isRepeated else { return first.mistakes }
    var second = FuzzedRun(input, slotKeys: (0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB))
    second.run()
    if first.checksum != second.checksum { first.mistakes.append("the records depend on the secret hash keys") }
    return first.mistakes + second.mistakes
}
