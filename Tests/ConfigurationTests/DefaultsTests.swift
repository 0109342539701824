import ConfigurationFile
import FlowTable
import NetTypes
import Testing

/// What holds when nothing is said, and how values become those of other rooms.
@Suite struct DefaultsTests {
    @Test func flowsAreKeptAsTheTableDoes() {
        let (table, defaults) = (FlowsConfiguration().tableConfiguration, FlowTableConfiguration())
        #expect(table.idleTimeoutTCP == defaults.idleTimeoutTCP)
        #expect(table.idleTimeoutUDP == defaults.idleTimeoutUDP)
        #expect(table.idleTimeoutICMP == defaults.idleTimeoutICMP)
        #expect(table.idleTimeoutOther == defaults.idleTimeoutOther)
        #expect(table.activeTimeout == defaults.activeTimeout)
        #expect(table.memoryOctets == defaults.memoryOctets)
    }

    @Test func aTimeoutForOneProtocolWins() {
        var flows = FlowsConfiguration()
        flows.idleTimeout = 7
        flows.idleTimeoutUdp = 9
        let table = flows.tableConfiguration
        #expect(table.idleTimeoutTCP == 7 && table.idleTimeoutUDP == 9)
        #expect(table.idleTimeoutICMP == 7 && table.idleTimeoutOther == 7)
        #expect(table.closedLinger == FlowTableConfiguration().closedLinger)
    }

    @Test func inputsAreObservationPoints() {
        var (one, two) = (InputConfiguration(), InputConfiguration())
        (one.name, one.interface, one.domain) = ("uplink", "eth0", 5)
        (two.name, two.interface, two.domain) = ("eth1", "eth1", 9)
        (two.role, two.position) = (.core, .egress)
        let points = [one.observationPoint(1), two.observationPoint(2)]
        #expect(points.map(\.id) == [1, 2])
        #expect(points.map(\.observationDomainId) == [5, 9])
        #expect(points.map(\.interfaceName) == ["eth0", "eth1"])
        #expect(points.map(\.interfaceDescription) == ["uplink", ""])
        #expect(points.map(\.role) == [.access, .core])
        #expect(points.map(\.flowDirection) == [nil, .egress])
    }

    @Test(arguments: ["127.0.0.1", "127.255.0.9", "::1"])
    func loopbackAddresses(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(LoopbackEndpoint(address: address, port: 1) != nil)
        #expect(LoopbackEndpoint(address: address, port: 0) == nil)
    }

    @Test(arguments: ["128.0.0.1", "0.0.0.0", "10.0.0.1", "::", "::2", "::127.0.0.1", "::ffff:127.0.0.1", "1::1"])
    func otherAddresses(text: String) throws {
        #expect(LoopbackEndpoint(address: try #require(IPAddress(text)), port: 80) == nil)
    }
}
