import NetTypes

/// One packet out of many, as an agent of sFlow version 5 tells of it: a flow sample, compact or expanded.
struct FlowSample {
    /// Where packets were taken: the index of an interface, VLAN or other entity, by its type.
    var source: UInt64 = 0
    /// One packet in so many was taken, at random; 0 is taken for 1.
    var rate: UInt32 = 0
    /// Samples that the agent could not send, since its start.
    var drops: UInt32 = 0
    /// Index of the interface the packet came by; 0 for unknown, and for none.
    var input: UInt32 = 0
    /// Index of the interface it left by; likewise, and when it left by several or was dropped.
    var output: UInt32 = 0
    /// The packet; nil when nothing that is told of it is IP.
    var packet: SampledPacket?
    /// VLAN id by which it came, of `extended_switch`.
    var vlan: UInt32?
    /// What routing made of it, of `extended_router`.
    var route: Route?
    /// Between which autonomous systems it went, of `extended_gateway`.
    var systems: Systems?

    /// Next hop and prefix lengths.
    struct Route {
        var nextHop: IPAddress
        var sourceLength: UInt32
        var destinationLength: UInt32
    }

    /// Numbers of autonomous systems; 0 for the agent's own.
    struct Systems {
        var source: UInt32
        var destination: UInt32
    }

    /// Consumes the sample's own fields and its records from `reader`, which ends where the sample does; nil when they
    /// are cut. `isExpanded` is the form for interface numbers beyond 2^30.
    init?(_ octets: Span<UInt8>, _ reader: inout WireReader, isExpanded: Bool, _ decoder: SampledHeaderDecoder) {
        guard reader.skip(4), let source = isExpanded ? reader.unsigned(8) : reader.unsigned(4),
            let rate = reader.u32(), reader.skip(4), let drops = reader.u32(),
            let input = reader.sflowInterface(isExpanded), let output = reader.sflowInterface(isExpanded),
            let records = reader.u32()
        else { return nil }
        // Compact: eight bits of type and 24 of index.
        self.source = isExpanded ? source : (source >> 24) << 32 | source & 0xFF_FFFF
        (self.rate, self.drops, self.input, self.output) = (rate, drops, input, output)
        for _ in 0..<records {
            guard let format = reader.u32(), let part = reader.sflowOpaque() else { return nil }
            var record = WireReader(octets, part)
            guard take(format, octets, &record, decoder) else { return nil }
        }
    }

    /// One record of it; those of formats that say nothing of use here are passed over. False when it is cut.
    private mutating func take(
        _ format: UInt32, _ octets: Span<UInt8>, _ record: inout WireReader, _ decoder: SampledHeaderDecoder
    ) -> Bool {
        switch format {
        case 1:
            guard let form = record.u32(), let length = record.u32(), let stripped = record.u32(),
                let header = record.sflowOpaque()
            else { return false }
            let wireLength = length >= stripped ? length - stripped : 0
            if let packet = decoder.packet(octets, header, form: form, wireLength: wireLength) { self.packet = packet }
        case 3, 4:
            guard let told = SampledPacket(&record, version: format == 3 ? 4 : 6) else { return false }
            // The header itself, where both are there, says more.
            if packet == nil { packet = told }
        case 1001:
            guard let vlan = record.u32(), record.skip(12) else { return false }
            self.vlan = vlan
        case 1002:
            guard let nextHop = record.sflowAddress(), let source = record.u32(), let destination = record.u32() else {
                return false
            }
            route = nextHop.address.map { Route(nextHop: $0, sourceLength: source, destinationLength: destination) }
        case 1003:
            guard record.sflowAddress() != nil, record.skip(4), let source = record.u32(), record.skip(4),
                let segments = record.u32()
            else { return false }
            var destination: UInt32 = 0
            for _ in 0..<segments {
                guard record.skip(4), let count = record.u32(), Int(count) <= record.remaining / 4 else { return false }
                guard count > 0 else { continue }
                guard record.skip(4 * Int(count) - 4), let last = record.u32() else { return false }
                destination = last
            }
            systems = Systems(source: source, destination: destination)
        default: break
        }
        return true
    }
}

extension WireReader {
    /// An interface: a form in the upper two bits, or in a word of its own. Forms other than 0 are reasons for having
    /// been dropped and numbers of interfaces; 2^30-1 is one inside the device.
    @_lifetime(self: copy self)
    fileprivate mutating func sflowInterface(_ isExpanded: Bool) -> UInt32? {
        guard let first = u32() else { return nil }
        if !isExpanded { return first < 0x3FFF_FFFF ? first : 0 }
        guard let value = u32() else { return nil }
        return first == 0 && value != 0x3FFF_FFFF && value != .max ? value : 0
    }
}
