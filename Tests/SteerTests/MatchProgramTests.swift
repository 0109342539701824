import NetTypes
import Steer
import Testing

/// The BPF programs, run here, choose what the plain statement of a selector chooses.
@Suite struct MatchProgramTests {
    /// Runs a program as the kernel does: a load beyond the packet ends it with 0.
    private static func run(_ program: BPFProgram, _ packet: [UInt8], ethertype: UInt32, random: UInt32 = 0) -> UInt32?
    {
        var (a, x, scratch): (UInt32, UInt32, UInt32) = (0, 0, 0)
        var at = 0
        func load(_ offset: Int, _ octets: Int) -> UInt32? {
            guard offset >= 0, offset + octets <= packet.count else { return nil }
            return packet[offset..<(offset + octets)].reduce(0) { $0 << 8 | UInt32($1) }
        }
        while at < program.instructions.count {
            let step = program.instructions[at]
            at += 1
            func jump(_ holds: Bool) { at += Int(holds ? step.whenTrue : step.whenFalse) }
            switch step.code {
            case 0x20 where step.k == 0xFFFF_F000: a = ethertype
            case 0x20 where step.k == 0xFFFF_F038: a = random
            case 0x20, 0x28, 0x30:
                guard let value = load(Int(step.k), step.code == 0x20 ? 4 : step.code == 0x28 ? 2 : 1) else { return 0 }
                a = value
            case 0x48, 0x50:
                guard let value = load(Int(x) + Int(step.k), step.code == 0x48 ? 2 : 1) else { return 0 }
                a = value
            case 0x01: x = step.k
            case 0xB1:
                guard let value = load(Int(step.k), 1) else { return 0 }
                x = (value & 15) * 4
            case 0x60: a = scratch
            case 0x02: scratch = a
            case 0x54: a &= step.k
            case 0x04: a &+= step.k
            case 0x0C: a &+= x
            case 0x64: a <<= step.k
            case 0x94: a %= step.k
            case 0x07: x = a
            case 0x87: a = x
            case 0x05: at += Int(step.k)
            case 0x15: jump(a == step.k)
            case 0x35: jump(a >= step.k)
            case 0x25: jump(a > step.k)
            case 0x45: jump(a & step.k != 0)
            case 0x06: return step.k
            default: return nil
            }
        }
        return nil
    }

    private static func octets(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
    }

    /// A frame that says `packet` of itself, with `options` (IPv4) or that many extension headers (IPv6).
    private static func frame(_ packet: Selector.Packet, extras: Int, laterFragment: Bool) -> [UInt8] {
        var transport = [UInt8](repeating: 0xA5, count: 8)
        if let ports = packet.ports {
            transport.replaceSubrange(
                0..<4, with: octets(UInt64(ports.source), 2) + octets(UInt64(ports.destination), 2))
        }
        var frame = [UInt8](repeating: 0x11, count: 12)
        if packet.source.version == 4 {
            frame += [0x08, 0x00, UInt8(0x45 + extras), 0, 0, 0, 0, 7] + (laterFragment ? [0x20, 0x03] : [0x20, 0])
            frame +=
                [64, packet.protocolNumber, 0, 0] + octets(packet.source.low, 4) + octets(packet.destination.low, 4)
            return frame + [UInt8](repeating: 1, count: 4 * extras) + transport
        }
        // Destination options, routing, authentication, and at last a fragment header.
        var chain: [(number: UInt8, header: [UInt8])] = []
        for index in 0..<extras {
            switch index % 3 {
            case 0: chain.append((60, [0, 1] + [UInt8](repeating: 0, count: 14)))
            case 1: chain.append((43, [0, 0] + [UInt8](repeating: 0, count: 6)))
            default: chain.append((51, [0, 4] + [UInt8](repeating: 0, count: 22)))
            }
        }
        if laterFragment { chain.append((44, [0, 0, 0, 0x18, 0, 0, 0, 1])) }
        var numbers = chain.map(\.number) + [packet.protocolNumber]
        frame += [0x86, 0xDD, 0x60, 0, 0, 0, 0, 0, numbers.removeFirst(), 64]
        for address in [packet.source, packet.destination] { frame += octets(address.high, 8) + octets(address.low, 8) }
        for (number, part) in zip(numbers, chain) { frame += [number] + part.header.dropFirst() }
        return frame + transport
    }

    private static func randomAddress(_ version: UInt8, _ random: inout SeededGenerator) -> IPAddress {
        // Few values, so that prefixes are hit often.
        version == 4
            ? IPAddress(v4: 0x0A00_0000 | .random(in: 0...3, using: &random) << 16 | .random(in: 0...3, using: &random))
            : IPAddress(
                high: 0x2001_0DB8_0000_0000 | .random(in: 0...3, using: &random),
                low: .random(in: 0...3, using: &random) << 62 | .random(in: 0...1, using: &random), version: 6)
    }

    private static func randomPrefixes(_ version: UInt8, _ random: inout SeededGenerator) -> [Prefix] {
        (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
            let lengths: [UInt8] = version == 4 ? [0, 8, 15, 16, 30, 31, 32] : [0, 32, 62, 64, 65, 66, 127, 128]
            return Prefix(
                address: randomAddress(version, &random), length: lengths.randomElement(using: &random) ?? 0)
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func agreesWithThePlainStatement(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var chosen = 0
        let ports: [UInt16] = [0, 1, 52, 53, 54, 79, 80, 90, 91, 65_534, 65_535]
        for _ in 0..<150 {
            let selectors = (0..<Int.random(in: 1...4, using: &random)).map { _ -> Selector in
                let version: UInt8 = Bool.random(using: &random) ? 4 : 6
                let hasPorts = Bool.random(using: &random)
                return Selector(
                    version: version, isForward: true, source: Self.randomPrefixes(version, &random),
                    destination: Self.randomPrefixes(version, &random),
                    protocols: hasPorts ? [6, 17] : [[], [1], [17, 58], [6]].randomElement(using: &random) ?? [],
                    ports: hasPorts
                        ? [[PortRange(53, 53)], [PortRange(0, 1), PortRange(80, 90), PortRange(65_535, 65_535)]]
                            .randomElement(using: &random) ?? [] : [],
                    portField: [.source, .destination, .either].randomElement(using: &random) ?? .either)
            }
            let excluded = [MatchProgram.Excluded(remote: IPAddress(v4: 0x0A01_0001), port: 53)]
            let program = MatchProgram.program(selectors, excluded: excluded, sample: 1)
            for _ in 0..<60 {
                let version: UInt8 = Bool.random(using: &random) ? 4 : 6
                let number: UInt8 = [1, 6, 17, 58, 47].randomElement(using: &random) ?? 6
                let isLater = Int.random(in: 0..<6, using: &random) == 0
                var packet = Selector.Packet(
                    source: Self.randomAddress(version, &random), destination: Self.randomAddress(version, &random),
                    protocolNumber: number, ports: nil)
                if [6, 17].contains(number), !isLater {
                    packet.ports = (ports.randomElement(using: &random) ?? 0, ports.randomElement(using: &random) ?? 0)
                }
                let isExcluded =
                    number == 17 && packet.destination == excluded[0].remote && packet.ports?.destination == 53
                let expected = !isExcluded && selectors.contains { $0.matches(packet) }
                let frame = Self.frame(packet, extras: .random(in: 0...7, using: &random), laterFragment: isLater)
                let answer = Self.run(program, frame, ethertype: version == 4 ? 0x0800 : 0x86DD)
                #expect(answer == (expected ? .max : 0), "seed \(seed), \(packet), \(selectors)")
                chosen += expected ? 1 : 0
            }
        }
        #expect(chosen > 500)
    }

    /// Every truncation ends in a decision, and a packet without its ports is not chosen for them.
    @Test func truncations() {
        let selector = Selector(
            version: 6, isForward: true, source: [], destination: [], protocols: [17], ports: [PortRange(53, 53)],
            portField: .destination)
        let program = MatchProgram.program([selector], excluded: [], sample: 1)
        let packet = Selector.Packet(
            source: IPAddress(high: 1, low: 1, version: 6), destination: IPAddress(high: 1, low: 2, version: 6),
            protocolNumber: 17, ports: (9, 53))
        let frame = Self.frame(packet, extras: 3, laterFragment: false)
        #expect(Self.run(program, frame, ethertype: 0x86DD) == .max)
        for length in 0..<(frame.count - 4) {
            #expect(Self.run(program, Array(frame[..<length]), ethertype: 0x86DD) == 0, "\(length)")
        }
        #expect(Self.run(program, frame, ethertype: 0x0806) == 0)
    }

    @Test func samples() {
        let selector = Selector(
            version: 4, isForward: true, source: [], destination: [], protocols: [], ports: [], portField: .either)
        let program = MatchProgram.program([selector], excluded: [], sample: 10)
        for random in 0..<40 as Range<UInt32> {
            #expect(Self.run(program, [], ethertype: 0x0800, random: random) == (random % 10 == 0 ? .max : 0))
        }
    }

    @Test func bytecodeIsWhatTcReads() {
        let selector = Selector(
            version: 4, isForward: true, source: [], destination: [], protocols: [], ports: [], portField: .either)
        let text = MatchProgram.program([selector], excluded: [], sample: 1).bytecode
        #expect(text.hasPrefix("8,32 0 0 4294963200,21 1 0 2048,") && text.hasSuffix(",6 0 0 4294967295,6 0 0 0"))
    }
}
