/// A classic BPF program, as `tc filter … bpf bytecode` takes it.
package struct BPFProgram: Hashable, Sendable {
    /// One instruction: operation, what to skip when a comparison holds and when not, operand.
    package struct Instruction: Hashable, Sendable {
        /// Class, size, mode, comparison: the constants of `linux/filter.h`.
        package var code: UInt16
        /// Instructions to skip when the comparison holds.
        package var whenTrue: UInt8 = 0
        /// Instructions to skip when it does not.
        package var whenFalse: UInt8 = 0
        /// Operand.
        package var k: UInt32
    }

    /// The kernel takes no more (BPF_MAXINSNS).
    package static let maximumLength = 4096

    /// In order of execution; there are no backward jumps.
    package var instructions: [Instruction]

    /// `COUNT,CODE JT JF K,…`, each instruction with a comma behind it but the last.
    package var bytecode: String {
        "\(instructions.count),"
            + instructions.map { "\($0.code) \($0.whenTrue) \($0.whenFalse) \($0.k)" }.joined(separator: ",")
    }
}

/// Writes a program with labels in place of distances.
///
/// A conditional jump reaches 255 instructions, which a long list of prefixes exceeds: every condition is followed by an
/// unconditional jump, which reaches everywhere.
struct BPFAssembler {
    struct Label { fileprivate var index: Int }

    /// Where values come from, beside the packet (`SKF_AD_OFF` in linux/filter.h).
    enum Ancillary: UInt32 {
        /// Ethertype of the packet, behind VLAN tags that the kernel took off.
        case ethertype = 0xFFFF_F000
        /// 32 random bits.
        case random = 0xFFFF_F038
    }

    private var instructions: [BPFProgram.Instruction] = []
    private var places: [Int?] = []
    private var jumps: [(at: Int, to: Label)] = []

    mutating func label() -> Label {
        places.append(nil)
        return Label(index: places.count - 1)
    }

    /// The next instruction is the one that `label` means.
    mutating func place(_ label: Label) { places[label.index] = instructions.count }

    private mutating func emit(_ code: UInt16, _ k: UInt32, _ whenTrue: UInt8 = 0, _ whenFalse: UInt8 = 0) {
        instructions.append(.init(code: code, whenTrue: whenTrue, whenFalse: whenFalse, k: k))
    }

    mutating func load(_ value: Ancillary) { emit(0x20, value.rawValue) }
    mutating func loadOctet(at offset: UInt32) { emit(0x30, offset) }
    mutating func loadHalf(at offset: UInt32) { emit(0x28, offset) }
    mutating func loadWord(at offset: UInt32) { emit(0x20, offset) }
    mutating func loadOctet(fromX offset: UInt32) { emit(0x50, offset) }
    mutating func loadHalf(fromX offset: UInt32) { emit(0x48, offset) }
    mutating func loadX(_ value: UInt32) { emit(0x01, value) }
    /// X = 4 × the low four bits of the octet at `offset`: an IPv4 header's length.
    mutating func loadXFromHeaderLength(at offset: UInt32) { emit(0xB1, offset) }
    mutating func loadScratch() { emit(0x60, 0) }
    mutating func storeScratch() { emit(0x02, 0) }
    mutating func and(_ mask: UInt32) { emit(0x54, mask) }
    mutating func add(_ value: UInt32) { emit(0x04, value) }
    mutating func addX() { emit(0x0C, 0) }
    mutating func shiftLeft(_ bits: UInt32) { emit(0x64, bits) }
    mutating func modulo(_ value: UInt32) { emit(0x94, value) }
    mutating func moveToX() { emit(0x07, 0) }
    /// A = X.
    mutating func transferXToA() { emit(0x87, 0) }
    mutating func ret(_ value: UInt32) { emit(0x06, value) }

    mutating func jump(to label: Label) {
        jumps.append((instructions.count, label))
        emit(0x05, 0)
    }
    /// To `label` when A equals `value`.
    mutating func jump(ifEqual value: UInt32, to label: Label) {
        emit(0x15, value, 0, 1)
        jump(to: label)
    }
    /// To `label` unless A equals `value`.
    mutating func jump(unlessEqual value: UInt32, to label: Label) {
        emit(0x15, value, 1, 0)
        jump(to: label)
    }
    /// To `label` when A, without a sign, is `value` or more.
    mutating func jump(ifAtLeast value: UInt32, to label: Label) {
        emit(0x35, value, 0, 1)
        jump(to: label)
    }
    /// To `label` when A is less than `value`.
    mutating func jump(ifBelow value: UInt32, to label: Label) {
        emit(0x35, value, 1, 0)
        jump(to: label)
    }
    /// To `label` when A is more than `value`.
    mutating func jump(ifAbove value: UInt32, to label: Label) {
        emit(0x25, value, 0, 1)
        jump(to: label)
    }
    /// To `label` when A and `mask` have a bit in common.
    mutating func jump(ifAnyOf mask: UInt32, to label: Label) {
        emit(0x45, mask, 0, 1)
        jump(to: label)
    }

    /// The program, with distances for labels. All labels that are jumped to must be placed ahead of their jumps.
    func program() -> BPFProgram {
        var finished = instructions
        for jump in jumps {
            guard let place = places[jump.to.index], place > jump.at else {
                preconditionFailure("a label without a place ahead")
            }
            finished[jump.at].k = UInt32(place - jump.at - 1)
        }
        return BPFProgram(instructions: finished)
    }
}
