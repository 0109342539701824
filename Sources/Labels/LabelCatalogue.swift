/// Every protocol that is recognised, in one line: its name, its own ports, what is read of it, where it is described, and
/// the function that looks at a payload. Payloads are tried in this order. A line without a function is a label that the
/// function of another line gives.
///
/// `docs/labels.md` is made from these rows.
package enum LabelCatalogue {
    typealias Inspect = @Sendable (Payload, inout LabelContext) -> Verdict

    /// One protocol.
    package struct Row: Sendable {
        /// The label, whose number is the frozen selector.
        package let label: ApplicationLabel
        /// Its name.
        package let name: String
        /// Its own ports over TCP (and SCTP).
        package let tcp: [UInt16]
        /// Its own ports over UDP.
        package let udp: [UInt16]
        /// What is read of it.
        package let reads: String
        /// Where it is described.
        package let source: String
        let over: LabelTransport
        let inspect: Inspect?

        init(
            _ label: ApplicationLabel, _ name: String, tcp: [UInt16] = [], udp: [UInt16] = [], _ reads: String,
            _ source: String, over: LabelTransport = [], _ inspect: Inspect? = nil
        ) {
            self.label = label
            self.name = name
            self.tcp = tcp
            self.udp = udp
            self.reads = reads
            self.source = source
            self.over = over
            self.inspect = inspect
        }

        /// Whether `port` is one of the label's own over `transport`.
        func owns(_ port: Int, over transport: LabelTransport) -> Bool {
            let port = UInt16(truncatingIfNeeded: port)
            return transport == .udp ? udp.contains(port) : tcp.contains(port)
        }
    }

    /// All of them, in the order in which payloads are tried.
    package static let rows =
        names + web + remote + files + directory + management + databases + messaging + media
        + network + industrial

    /// The row of `label`.
    package static func row(of label: ApplicationLabel) -> Row { byLabel[Int(label.rawValue)] ?? rows[0] }

    private static let byLabel: [Row?] = {
        var table = [Row?](repeating: nil, count: 1 + Int(rows.map(\.label.rawValue).max() ?? 0))
        for row in rows { table[Int(row.label.rawValue)] = row }
        return table
    }()

    /// A row's function.
    struct Inspector: Sendable {
        let row: Int
        let inspect: Inspect
    }

    /// The functions that a payload over `transport` is tried with when it begins with `first`, in order; with all there are when
    /// `first` is nil. Apart from the rows, which have much to copy.
    static func inspectors(over transport: LabelTransport, first: Int?) -> [Inspector] {
        let lists = transport == .udp ? overUDP : transport == .tcp ? overTCP : overSCTP
        return lists[first ?? 256]
    }

    private static let overTCP = makeInspectors(.tcp)
    private static let overUDP = makeInspectors(.udp)
    private static let overSCTP = makeInspectors(.sctp)

    /// By first octet, and all of them in the last place.
    private static func makeInspectors(_ transport: LabelTransport) -> [[Inspector]] {
        let all: [(inspector: Inspector, beginnings: [ClosedRange<UInt8>])] = rows.enumerated().compactMap {
            index, row in
            guard row.over.contains(transport), let inspect = row.inspect else { return nil }
            return (Inspector(row: index, inspect: inspect), beginnings(of: row.label, over: transport))
        }
        let byOctet = (UInt8.min...UInt8.max).map { octet in
            all.filter { $0.beginnings.contains { $0.contains(octet) } }.map(\.inspector)
        }
        return byOctet + [all.map(\.inspector)]
    }

    /// The label whose own port `port` is over `transport`.
    static func label(ofPort port: Int, over transport: LabelTransport) -> ApplicationLabel? {
        (transport == .udp ? udpPorts : tcpPorts)[UInt16(truncatingIfNeeded: port)]
    }

    private static let tcpPorts = byPort { $0.tcp }
    private static let udpPorts = byPort { $0.udp }

    /// The first row to claim a port has it.
    private static func byPort(_ ports: (Row) -> [UInt16]) -> [UInt16: ApplicationLabel] {
        var labels: [UInt16: ApplicationLabel] = [:]
        for row in rows {
            for port in ports(row) where labels[port] == nil { labels[port] = row.label }
        }
        return labels
    }
}
