import NetTypes

/// What a rule chooses in one IP version and one direction, in the terms of a packet. Empty lists match anything.
package struct Selector: Hashable, Sendable {
    /// Which port field `ports` is about.
    package enum PortField: Sendable {
        case source
        case destination
        case either
    }

    /// 4 or 6.
    package var version: UInt8
    /// Whether these are the packets from `from` to `to`, or their answers.
    package var isForward: Bool
    /// Prefixes of the source address.
    package var source: [Prefix]
    /// Prefixes of the destination address.
    package var destination: [Prefix]
    /// IP protocols.
    package var protocols: [UInt8]
    /// Ports of the field that `portField` names.
    package var ports: [PortRange]
    /// See `ports`.
    package var portField: PortField

    /// A selector from its parts; ports ascend and do not overlap.
    package init(
        version: UInt8, isForward: Bool, source: [Prefix], destination: [Prefix], protocols: [UInt8],
        ports: [PortRange],
        portField: PortField
    ) {
        (self.version, self.isForward, self.source, self.destination) = (version, isForward, source, destination)
        (self.protocols, self.ports, self.portField) = (protocols, ports, portField)
    }

    /// What a packet says of itself.
    package struct Packet: Sendable {
        /// Its source address.
        package var source: IPAddress
        /// Its destination address, of the same version.
        package var destination: IPAddress
        /// Its protocol, behind extension headers.
        package var protocolNumber: UInt8
        /// Source and destination port; nil where it has none, as later fragments.
        package var ports: (source: UInt16, destination: UInt16)?

        /// A packet from its fields.
        package init(
            source: IPAddress, destination: IPAddress, protocolNumber: UInt8,
            ports: (source: UInt16, destination: UInt16)?
        ) {
            self.source = source
            self.destination = destination
            self.protocolNumber = protocolNumber
            self.ports = ports
        }
    }

    /// Whether the selector chooses `packet`: the plain statement that BPF, nft and iptables have to agree with.
    package func matches(_ packet: Packet) -> Bool {
        guard packet.source.version == version,
            source.isEmpty || source.contains(where: { $0.contains(packet.source) }),
            destination.isEmpty || destination.contains(where: { $0.contains(packet.destination) }),
            protocols.isEmpty || protocols.contains(packet.protocolNumber)
        else { return false }
        if ports.isEmpty { return true }
        guard let found = packet.ports else { return false }
        func isChosen(_ port: UInt16) -> Bool { ports.contains { $0.first <= port && port <= $0.last } }
        return switch portField {
        case .source: isChosen(found.source)
        case .destination: isChosen(found.destination)
        case .either: isChosen(found.source) || isChosen(found.destination)
        }
    }
}

extension Selector: CustomStringConvertible {
    /// In words: `IPv4 from 10.0.0.0/8 to any, tcp, destination port 443`.
    package var description: String {
        func list(_ prefixes: [Prefix]) -> String {
            guard prefixes.count > 4 else {
                return prefixes.isEmpty ? "any" : prefixes.map(\.description).joined(separator: " ")
            }
            return prefixes[..<3].map(\.description).joined(separator: " ") + " and \(prefixes.count - 3) more"
        }
        var text = "IPv\(version) from \(list(source)) to \(list(destination))"
        if !protocols.isEmpty { text += ", " + protocols.map(IPProtocolNames.name).joined(separator: " ") }
        guard !ports.isEmpty else { return text }
        let field = portField == .either ? "either port" : portField == .source ? "source port" : "destination port"
        return text + ", \(field) "
            + ports.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }.joined(separator: " ")
    }
}

extension SteeringRule {
    /// One selector per IP version and direction. IP versions for which an address list has nothing are left out.
    package var selectors: [Selector] {
        var selectors: [Selector] = []
        for version in [4, 6] as [UInt8] {
            let ours = from.filter { $0.address.version == version }
            let theirs = to.filter { $0.address.version == version }
            if (!from.isEmpty && ours.isEmpty) || (!to.isEmpty && theirs.isEmpty) { continue }
            selectors.append(
                Selector(
                    version: version, isForward: true, source: ours, destination: theirs, protocols: protocols,
                    ports: ports, portField: portSide == .either ? .either : .destination))
            if isBidirectional {
                selectors.append(
                    Selector(
                        version: version, isForward: false, source: theirs, destination: ours, protocols: protocols,
                        ports: ports, portField: portSide == .either ? .either : .source))
            }
        }
        return selectors
    }

    /// The IP versions that the rule is about.
    var versions: [UInt8] { [4, 6].filter { version in selectors.contains { $0.version == version } } }
}
