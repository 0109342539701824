import NetTypes

/// Reads NetFlow versions 5 and 9 as a collector does, by the RFC and by Cisco's description alone.
struct NetFlowReader {
    struct Flow: Hashable {
        var domain: UInt32 = 0
        var source: [UInt8] = []
        var destination: [UInt8] = []
        var ports: [UInt16] = []
        var protocolIdentifier: UInt8 = 0
        var packets: UInt64 = 0
        var octets: UInt64 = 0
        /// Milliseconds since 1970.
        var first: Int64 = 0
        var last: Int64 = 0
        var vlan: UInt16 = 0
        var sourceMAC: UInt64 = 0
        var flags: UInt8 = 0
        var classOfService: UInt8 = 0
    }

    struct Problem: Error { var text: String }

    private(set) var flows: [Flow] = []
    private(set) var messages = 0
    private(set) var templateRecords = 0
    /// Starts of the exporter that headers told, milliseconds since 1970, in order, a change each.
    private(set) var boots: [Int64] = []
    private var templates: [UInt32: [UInt16: [(type: UInt16, length: Int)]]] = [:]
    private var sequences: [UInt32: UInt32] = [:]

    mutating func read(_ message: [UInt8]) throws {
        messages += 1
        guard message.count >= 20, message.count <= 1464 else { throw Problem(text: "\(message.count) octets") }
        switch Self.number(message[0..<2]) {
        case 5: try read5(message)
        case 9: try read9(message)
        default: throw Problem(text: "version")
        }
    }

    private static func number(_ octets: ArraySlice<UInt8>) -> UInt64 { octets.reduce(0) { $0 << 8 | UInt64($1) } }

    private mutating func boot(_ message: [UInt8]) -> Int64 {
        let boot = Int64(Self.number(message[8..<12])) * 1000 - Int64(Self.number(message[4..<8]))
        if boots.last != boot { boots.append(boot) }
        return boot
    }

    private mutating func expect(_ sequence: UInt64, _ source: UInt32, next count: Int) throws {
        guard sequences[source, default: 0] == UInt32(sequence) else { throw Problem(text: "sequence \(sequence)") }
        sequences[source] = UInt32(sequence) &+ UInt32(count)
    }

    private mutating func read5(_ message: [UInt8]) throws {
        let count = Int(Self.number(message[2..<4]))
        guard message.count == 24 + 48 * count, (1...30).contains(count), message[12..<16].allSatisfy({ $0 == 0 })
        else {
            throw Problem(text: "\(count) records in \(message.count) octets")
        }
        let engine = UInt32(Self.number(message[20..<22]))
        try expect(Self.number(message[16..<20]), engine, next: count)
        let boot = boot(message)
        for index in 0..<count {
            let record = message[(24 + 48 * index)..<(72 + 48 * index)]
            let at = { (offset: Int, length: Int) in
                record[(record.startIndex + offset)..<(record.startIndex + offset + length)]
            }
            var flow = Flow()
            flow.domain = engine
            (flow.source, flow.destination) = (Array(at(0, 4)), Array(at(4, 4)))
            flow.packets = Self.number(at(16, 4))
            flow.octets = Self.number(at(20, 4))
            flow.first = boot + Int64(Self.number(at(24, 4)))
            flow.last = boot + Int64(Self.number(at(28, 4)))
            flow.ports = [UInt16(Self.number(at(32, 2))), UInt16(Self.number(at(34, 2)))]
            flow.flags = at(37, 1).first!
            flow.protocolIdentifier = at(38, 1).first!
            flow.classOfService = at(39, 1).first!
            // Next hop, interfaces, padding, autonomous systems and masks are not known to a probe.
            guard (Array(at(8, 8)) + Array(at(36, 1)) + Array(at(40, 8))).allSatisfy({ $0 == 0 }) else {
                throw Problem(text: "octets that mean nothing")
            }
            flows.append(flow)
        }
    }

    private mutating func read9(_ message: [UInt8]) throws {
        let domain = UInt32(Self.number(message[16..<20]))
        try expect(Self.number(message[12..<16]), domain, next: 1)
        let boot = boot(message)
        var records = 0
        var position = 20
        while position < message.count {
            let id = UInt16(Self.number(message[position..<position + 2]))
            let length = Int(Self.number(message[position + 2..<position + 4]))
            guard length >= 4, length % 4 == 0, length <= message.count - position else {
                throw Problem(text: "FlowSet of \(length)")
            }
            let body = message[position + 4..<position + length]
            position += length
            records += try id == 0 ? readTemplates(body, domain) : readData(body, id, domain, boot)
        }
        guard Int(Self.number(message[2..<4])) == records else { throw Problem(text: "count") }
    }

    private mutating func readTemplates(_ octets: ArraySlice<UInt8>, _ domain: UInt32) throws -> Int {
        var (rest, count) = (octets, 0)
        while rest.count >= 4 {
            let id = UInt16(Self.number(rest.prefix(2)))
            let fields = Int(Self.number(rest.dropFirst(2).prefix(2)))
            rest = rest.dropFirst(4)
            guard rest.count >= 4 * fields, id >= 256 else { throw Problem(text: "template \(id)") }
            templates[domain, default: [:]][id] = (0..<fields).map { index in
                let field = rest.dropFirst(4 * index)
                return (UInt16(Self.number(field.prefix(2))), Int(Self.number(field.dropFirst(2).prefix(2))))
            }
            rest = rest.dropFirst(4 * fields)
            count += 1
        }
        templateRecords += count
        return count
    }

    private mutating func readData(_ octets: ArraySlice<UInt8>, _ id: UInt16, _ domain: UInt32, _ boot: Int64) throws
        -> Int
    {
        guard let fields = templates[domain]?[id] else { throw Problem(text: "no template \(id) in \(domain)") }
        let length = fields.reduce(0) { $0 + $1.length }
        var (rest, count) = (octets, 0)
        while rest.count >= length {
            var flow = Flow()
            flow.domain = domain
            flow.ports = [0, 0]
            for field in fields {
                let value = rest.prefix(field.length)
                let number = Self.number(value.suffix(8))
                rest = rest.dropFirst(field.length)
                guard field.type <= 127 else { throw Problem(text: "field \(field.type)") }
                switch field.type {
                case 1: flow.octets = number
                case 2: flow.packets = number
                case 4: flow.protocolIdentifier = UInt8(number)
                case 5: flow.classOfService = UInt8(number)
                case 6: flow.flags = UInt8(number)
                case 7: flow.ports[0] = UInt16(number)
                case 11: flow.ports[1] = UInt16(number)
                case 8, 27: flow.source = Array(value)
                case 12, 28: flow.destination = Array(value)
                case 22: flow.first = boot + Int64(number)
                case 21: flow.last = boot + Int64(number)
                case 56: flow.sourceMAC = number
                case 58: flow.vlan = UInt16(number)
                default: break
                }
            }
            flows.append(flow)
            count += 1
        }
        guard rest.count < 4, rest.allSatisfy({ $0 == 0 }) else { throw Problem(text: "filling") }
        return count
    }
}
