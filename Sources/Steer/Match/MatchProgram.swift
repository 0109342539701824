import NetTypes

/// Writes the BPF program that chooses what some selectors choose, on an interface with Ethernet headers.
///
/// Exact where `u32` would not be: ranges of ports, options of IPv4, up to eight extension headers of IPv6, later
/// fragments (which have no ports). A packet that ends too early is not chosen: the kernel ends the program.
package enum MatchProgram {
    /// UDP datagrams that are never chosen: the copies that the mirror itself sends.
    package struct Excluded: Hashable, Comparable, Sendable {
        /// Where they go.
        package var remote: IPAddress
        /// The destination port.
        package var port: UInt16

        /// An exclusion by address and port.
        package init(remote: IPAddress, port: UInt16) {
            self.remote = remote
            self.port = port
        }

        /// By address, then port.
        package static func < (left: Excluded, right: Excluded) -> Bool {
            (left.remote, left.port) < (right.remote, right.port)
        }
    }

    /// Chosen, with the filter's own class.
    static let chosen: UInt32 = 0xFFFF_FFFF
    private static let ipv4Ethertype: UInt32 = 0x0800
    private static let ipv6Ethertype: UInt32 = 0x86DD
    /// The IP header begins behind the Ethernet header; VLAN tags are not in the packet when tc sees it.
    private static let base: UInt32 = 14
    private static let maximumExtensionHeaders = 8

    /// The program for `selectors`, without what is `excluded`, and one packet in `sample` at random.
    package static func program(_ selectors: [Selector], excluded: [Excluded], sample: UInt32) -> BPFProgram {
        var writer = Writer(sample: sample)
        for version in [4, 6] as [UInt8] {
            let ours = selectors.filter { $0.version == version }
            guard !ours.isEmpty else { continue }
            writer.write(version, ours, excluded.filter { $0.remote.version == version })
        }
        return writer.finish()
    }

    private struct Writer {
        private var code = BPFAssembler()
        private let hit: BPFAssembler.Label
        private let miss: BPFAssembler.Label
        private let sample: UInt32

        init(sample: UInt32) {
            hit = code.label()
            miss = code.label()
            self.sample = sample
        }

        /// Packets of one IP version: on to `hit` or `miss`; those of others fall through.
        mutating func write(_ version: UInt8, _ selectors: [Selector], _ excluded: [Excluded]) {
            let other = code.label()
            code.load(.ethertype)
            code.jump(unlessEqual: version == 4 ? ipv4Ethertype : ipv6Ethertype, to: other)
            for exclusion in excluded { exclude(exclusion) }
            for selector in selectors {
                let next = code.label()
                addresses(selector.source, at: base + (version == 4 ? 12 : 8), else: next)
                addresses(selector.destination, at: base + (version == 4 ? 16 : 24), else: next)
                if !selector.protocols.isEmpty || !selector.ports.isEmpty {
                    findTransport(version, needsPorts: !selector.ports.isEmpty, else: next)
                    protocols(selector.protocols, else: next)
                    ports(selector, else: next)
                }
                code.jump(to: hit)
                code.place(next)
            }
            code.jump(to: miss)
            code.place(other)
        }

        mutating func finish() -> BPFProgram {
            code.jump(to: miss)
            code.place(hit)
            if sample > 1 {
                code.load(.random)
                code.modulo(sample)
                code.jump(unlessEqual: 0, to: miss)
            }
            code.ret(chosen)
            code.place(miss)
            code.ret(0)
            return code.program()
        }

        /// To `miss` when the packet is an excluded datagram.
        private mutating func exclude(_ excluded: Excluded) {
            let kept = code.label()
            let version = excluded.remote.version
            let full: UInt8 = version == 4 ? 32 : 128
            guard let whole = Prefix(address: excluded.remote, length: full) else { return }
            addresses([whole], at: base + (version == 4 ? 16 : 24), else: kept)
            findTransport(version, needsPorts: true, else: kept)
            code.jump(unlessEqual: 17, to: kept)
            code.loadHalf(fromX: 2)
            code.jump(ifEqual: UInt32(excluded.port), to: miss)
            code.place(kept)
        }

        /// Goes on when the address at `offset` lies in one of `prefixes`, or there are none.
        private mutating func addresses(_ prefixes: [Prefix], at offset: UInt32, else miss: BPFAssembler.Label) {
            guard !prefixes.isEmpty else { return }
            let found = code.label()
            for prefix in prefixes {
                let next = code.label()
                for (index, word) in prefix.words.enumerated() where word.mask != 0 {
                    code.loadWord(at: offset + UInt32(4 * index))
                    if word.mask != .max { code.and(word.mask) }
                    code.jump(unlessEqual: word.value, to: next)
                }
                code.jump(to: found)
                code.place(next)
            }
            code.jump(to: miss)
            code.place(found)
        }

        /// Leaves the protocol in A, and in X where its header begins. Without ports in a
        /// packet (a later fragment), goes to `miss` when ports are needed.
        private mutating func findTransport(_ version: UInt8, needsPorts: Bool, else miss: BPFAssembler.Label) {
            if version == 4 {
                if needsPorts {
                    code.loadHalf(at: base + 6)
                    code.jump(ifAnyOf: 0x1FFF, to: miss)
                }
                code.loadXFromHeaderLength(at: base)
                code.moveXPast(base)
                code.loadOctet(at: base + 9)
                return
            }
            walkExtensionHeaders(needsPorts: needsPorts, else: miss)
        }

        private mutating func walkExtensionHeaders(needsPorts: Bool, else miss: BPFAssembler.Label) {
            let done = code.label()
            code.loadX(base + 40)
            code.loadOctet(at: base + 6)
            code.storeScratch()
            for _ in 0..<maximumExtensionHeaders {
                let (plain, fragment, authentication, next) = (code.label(), code.label(), code.label(), code.label())
                code.loadScratch()
                for number in [0, 43, 60] as [UInt32] { code.jump(ifEqual: number, to: plain) }
                code.jump(ifEqual: 44, to: fragment)
                code.jump(ifEqual: 51, to: authentication)
                code.jump(to: done)

                code.place(plain)  // Length in units of 8 octets, without the first.
                takeNextHeader()
                code.loadOctet(fromX: 1)
                code.add(1)
                code.shiftLeft(3)
                code.addX()
                code.moveToX()
                code.jump(to: next)

                code.place(authentication)  // Length in units of 4 octets, without two.
                takeNextHeader()
                code.loadOctet(fromX: 1)
                code.add(2)
                code.shiftLeft(2)
                code.addX()
                code.moveToX()
                code.jump(to: next)

                code.place(fragment)
                let first = code.label()
                takeNextHeader()
                code.loadHalf(fromX: 2)
                code.and(0xFFF8)
                code.jump(ifEqual: 0, to: first)
                // A later fragment: what its header names is what it is part of, and nothing follows.
                code.jump(to: needsPorts ? miss : done)
                code.place(first)
                code.moveXPast(8)
                code.place(next)
            }
            // Still an extension header: no protocol has its number.
            code.place(done)
            code.loadScratch()
        }

        private mutating func takeNextHeader() {
            code.loadOctet(fromX: 0)
            code.storeScratch()
        }

        /// Goes on when A is one of `numbers`, or there are none.
        private mutating func protocols(_ numbers: [UInt8], else miss: BPFAssembler.Label) {
            guard !numbers.isEmpty else { return }
            let found = code.label()
            for number in numbers { code.jump(ifEqual: UInt32(number), to: found) }
            code.jump(to: miss)
            code.place(found)
        }

        private mutating func ports(_ selector: Selector, else miss: BPFAssembler.Label) {
            guard !selector.ports.isEmpty else { return }
            let found = code.label()
            let offsets: [UInt32] =
                switch selector.portField {
                case .source: [0]
                case .destination: [2]
                case .either: [0, 2]
                }
            for offset in offsets {
                let next = code.label()
                code.loadHalf(fromX: offset)
                for range in selector.ports {
                    // Ranges ascend: below this one is below all that follow.
                    code.jump(ifBelow: UInt32(range.first), to: next)
                    let above = code.label()
                    code.jump(ifAbove: UInt32(range.last), to: above)
                    code.jump(to: found)
                    code.place(above)
                }
                code.place(next)
            }
            code.jump(to: miss)
            code.place(found)
        }
    }
}

extension BPFAssembler {
    /// X = X + `octets`.
    fileprivate mutating func moveXPast(_ octets: UInt32) {
        transferXToA()
        add(octets)
        moveToX()
    }
}

extension Prefix {
    /// The address in words of 32 bits, each with the mask of the bits that count.
    fileprivate var words: [(value: UInt32, mask: UInt32)] {
        let bits = Int(length)
        if address.version == 4 {
            let value = UInt32(truncatingIfNeeded: address.low)
            return [(value, bits == 0 ? 0 : .max << UInt32(32 - bits))]
        }
        let all = UInt128(address.high) << 64 | UInt128(address.low)
        return (0..<4).map { index in
            let inWord = min(32, max(0, bits - 32 * index))
            return (
                UInt32(truncatingIfNeeded: all >> UInt128(96 - 32 * index)),
                inWord == 0 ? 0 : .max << UInt32(32 - inWord)
            )
        }
    }
}
