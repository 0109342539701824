import Exporter
import Testing

/// What a collecting process may say, and what it may not.
@Suite struct AnswerTests {
    private let answer: [UInt8] =
        Array("FPAK".utf8) + [1, 0, 0, 0] + (0..<16).map { UInt8($0) } + [0, 0, 0, 0, 0, 0, 1, 2]

    @Test func reads() {
        var reader = AnswerReader()
        let wanted = BatchAnswer(
            .durable,
            CollectedBatch(probe: .init(high: 0x0001_0203_0405_0607, low: 0x0809_0A0B_0C0D_0E0F), number: 258))
        #expect(wanted.octets == answer)
        #expect(reader.take(answer + answer.prefix(5)) == [wanted])
        #expect(reader.take(Array(answer.dropFirst(5))) == [wanted])
        var refusal = answer
        refusal[5] = 1
        #expect(reader.take(refusal)?.map(\.verdict) == [.refused])
    }

    /// Any cut of any octets into parts gives the same answers; what is no answer is found out.
    @Test func sweep() {
        for length in 0..<answer.count { #expect(BatchAnswer(answer[..<length]) == nil) }
        for place in [0, 1, 2, 3, 4, 5] {
            var wrong = answer
            wrong[place] ^= 0x40
            var reader = AnswerReader()
            #expect(reader.take(wrong) == nil)
        }
        for place in 0..<2 * 96 {
            var octets = answer + answer + answer
            if place < 96 { octets[place] = 0xFF }
            var whole = AnswerReader()
            let wanted = whole.take(octets)
            var reader = AnswerReader()
            var found: [BatchAnswer]? = []
            for octet in octets {
                guard let more = reader.take([octet]) else {
                    found = nil
                    break
                }
                found? += more
            }
            #expect(found == wanted)
        }
    }
}
