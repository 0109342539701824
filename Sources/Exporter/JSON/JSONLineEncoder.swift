import FlowTable
import Labels
import NetTypes

/// Writes records as JSON lines. Which members a record has depends on its conditions alone: for each set of conditions
/// a plan is made once, and a record is then a walk through its plan. Nothing is allocated per record.
struct JSONLineEncoder {
    /// One member of a plan.
    private struct Step: BitwiseCopyable {
        /// How to write the value.
        enum Form: UInt8, BitwiseCopyable {
            case number1, number2, number4, number8, identifier, ipv4Address, ipv6Address, macAddress, time, word,
                application
        }

        var form: Form
        /// Where the value is in a record.
        var offset: UInt16
        /// Index of the text before the value: comma or brace, name, colon, opening quote.
        var text: UInt16
        /// Index of the word of the value 0.
        var words: UInt16
        /// The largest value written.
        var maximum: UInt64
    }

    /// A short text, padded so that it can be stored at one stroke.
    private struct Fragment: BitwiseCopyable {
        var octets = SIMD64<UInt8>(repeating: 0)
        var count = 0

        init(_ text: String) {
            for (index, octet) in text.utf8.prefix(63).enumerated() { octets[index] = octet }
            count = min(63, text.utf8.count)
        }
    }

    /// Upper bound of a line's length: every member with its longest value, and the overhang of the last store.
    static let reserve =
        2 + JSONField.all.reduce(0) { $0 + $1.name.utf8.count + 6 + 40 } + JSONAttributes.reserve + 64

    /// Texts before values, then the same with an opening brace, for the first member of a line.
    private let texts: [Fragment]
    private let words: [Fragment]
    /// The name of each application label by its selector, quoted; "unknown" where there is none.
    private let applications: [Fragment]
    private var plans: [[Step]?]
    private let steps: [(conditions: JSONField.Conditions, step: Step)]
    /// The day whose text is kept; times seldom change it.
    private var day: UInt64 = .max
    private var dayText = SIMD16<UInt8>(repeating: 0)

    init() {
        var texts: [Fragment] = []
        var words: [Fragment] = []
        var steps: [(JSONField.Conditions, Step)] = []
        let kinds = JSONWords.allCases
        for kind in kinds { words += kind.words.map { Fragment("\"\($0 ?? "unknown")\"") } }
        for field in JSONField.all {
            var step = Step(
                form: .number8, offset: UInt16(truncatingIfNeeded: field.offset),
                text: UInt16(truncatingIfNeeded: texts.count), words: 0, maximum: field.maximum)
            var quote = "\""
            switch field.kind {
            case .number:
                quote = ""
                step.form =
                    switch field.width {
                    case 1: .number1
                    case 2: .number2
                    case 4: .number4
                    default: .number8
                    }
            case .identifier: step.form = .identifier
            case .ipv4Address: step.form = .ipv4Address
            case .ipv6Address: step.form = .ipv6Address
            case .macAddress: step.form = .macAddress
            case .time: step.form = .time
            case .application:
                quote = ""
                step.form = .application
            case .word(let kind):
                quote = ""
                step.form = .word
                step.words = UInt16(truncatingIfNeeded: (kinds.firstIndex(of: kind) ?? 0) * 8)
            }
            texts.append(Fragment(",\"\(field.name)\":\(quote)"))
            steps.append((field.conditions, step))
        }
        self.texts =
            texts
            + JSONField.all.enumerated().map { index, _ in
                var fragment = texts[index]
                fragment.octets[0] = 0x7B
                return fragment
            }
        self.words = words
        let last = ApplicationLabel.allCases.map(\.rawValue).max() ?? 0
        applications = (0...last).map { Fragment("\"\(JSONField.applicationName(UInt64($0)))\"") }
        self.steps = steps
        plans = Array(repeating: nil, count: JSONField.Conditions.combinations)
    }

    /// Writes one record, the `members` that `JSONAttributes` made of its attributes, and a line feed.
    mutating func encode(_ record: FlowRecord, members: [UInt8] = [], into cursor: inout OctetCursor) {
        let conditions = JSONField.Conditions(record)
        let plan = plans[Int(conditions.rawValue)] ?? makePlan(conditions)
        // SAFETY: the bytes are read within this call, at offsets the table took from `FlowRecord`'s own layout.
        unsafe withUnsafeBytes(of: record) { bytes in
            for step in plan { unsafe write(step, bytes, &cursor) }
        }
        for octet in members { cursor.put(octet) }
        cursor.put(UInt16(littleEndian: 0x0A7D), count: 2)
    }

    private mutating func makePlan(_ conditions: JSONField.Conditions) -> [Step] {
        var plan: [Step] = []
        for (needed, step) in steps where needed.isSubset(of: conditions) {
            var step = step
            if plan.isEmpty { step.text += UInt16(truncatingIfNeeded: steps.count) }
            plan.append(step)
        }
        plans[Int(conditions.rawValue)] = plan
        return plan
    }

    @inline(__always)
    private mutating func write(_ step: Step, _ bytes: UnsafeRawBufferPointer, _ cursor: inout OctetCursor) {
        let text = texts[Int(step.text)]
        cursor.put(text.octets, count: text.count)
        let offset = Int(step.offset)
        // SAFETY: for each load below: offset and width lie within a FlowRecord (JSONField.all, tested), and the
        // loads allow any alignment; the buffer is a FlowRecord.
        switch step.form {
        case .number1: unsafe cursor.putDecimal(UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt8.self)))
        // SAFETY: as above.
        case .number2: unsafe cursor.putDecimal(UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
        case .number4: unsafe cursor.putDecimal(UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        // SAFETY: as above.
        case .number8:
            let value = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            cursor.putDecimal(min(value, step.maximum))
        case .word:
            // SAFETY: as above. The words of an enumeration are eight, whatever the value.
            let value = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt8.self) & 7
            let word = words[Int(step.words) + Int(value)]
            cursor.put(word.octets, count: word.count)
        case .application:
            // SAFETY: as above. A selector beyond the list is unknown, as 0 is.
            let value = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0xFF_FFFF
            let name = applications[value < UInt64(applications.count) ? Int(value) : 0]
            cursor.put(name.octets, count: name.count)
        case .ipv6Address:
            // SAFETY: as above; an IPv6 address is two words one after the other.
            let high = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let low = unsafe bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
            cursor.putIPv6(high: high, low: low)
            cursor.put(0x22)
        default:
            // SAFETY: as above.
            let value = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            switch step.form {
            case .ipv4Address: cursor.putIPv4(UInt32(truncatingIfNeeded: value))
            case .macAddress: cursor.putMAC(value)
            case .time: putTime(Nanoseconds(bitPattern: value), &cursor)
            default: cursor.putDecimal(value)
            }
            cursor.put(0x22)
        }
    }

    /// `2026-11-22T10:14:23.000000001Z`. Times before 1970 read 1970.
    @inline(__always)
    private mutating func putTime(_ time: Nanoseconds, _ cursor: inout OctetCursor) {
        let time = UInt64(bitPattern: min(max(0, time), maximumTimestamp))
        let seconds = time / 1_000_000_000
        let today = seconds / 86_400
        if today != day { setDay(today) }
        cursor.put(dayText, count: 11)
        cursor.putTimeOfDay(seconds - today * 86_400)
        cursor.put(0x2E)
        cursor.putNineDigits(time - seconds * 1_000_000_000)
        cursor.put(0x5A)
    }

    private mutating func setDay(_ today: UInt64) {
        day = today
        let text = rfc3339(Nanoseconds(bitPattern: today) * 86_400 * nanosecondsPerSecond)
        for (index, octet) in text.utf8.prefix(11).enumerated() { dayText[index] = octet }
    }
}
