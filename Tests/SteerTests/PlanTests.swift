import Foundation
import NetTypes
import Steer
import Testing

/// Plans, without a system.
@Suite struct PlanTests {
    private static let now: Nanoseconds = 1_800_000_000 * nanosecondsPerSecond

    private static func rule(_ name: String, _ action: SteeringAction) -> SteeringRule {
        var rule = SteeringRule(
            name: name, authorisation: "G", owner: "O", validUntil: now + nanosecondsPerSecond, action: action)
        rule.interfaces = ["eth0"]
        return rule
    }

    private static func plan(
        _ rules: [SteeringRule], from state: SteeringState = SteeringState(network: ""),
        in surroundings: Surroundings? = nil
    ) throws -> SteeringPlan {
        try SteeringPlan(from: state, to: rules, now: now, in: surroundings ?? .assumed(for: rules))
    }

    /// What is undone is what was done: every step that is not the last of its kind can be taken back.
    @Test func aPlanIsTheSameEveryTime() throws {
        var rules = [
            Self.rule("a", .log(group: 1, snapLength: nil)), Self.rule("b", .mirror(.device("p0"))),
            Self.rule("c", .queue(number: 2)),
            Self.rule("d", .mirror(.vxlan(.init(remote: try #require(IPAddress("192.0.2.1")), vni: 9)))),
            Self.rule("e", .ovs(bridge: "br0", output: "p0")),
        ]
        (rules[4].interfaces, rules[4].isBidirectional) = ([], false)
        let plan = try Self.plan(rules)
        #expect(try Self.plan(rules) == plan)
        #expect(plan.installed.map(\.slot) == [1, 2, 3, 4, 5] && plan.changes.count == 5 && plan.printed.count == 2)
        #expect(plan.ownClsact == ["eth0"])
        // No shell reads a command: words with spaces and quotes arrive as they are.
        for step in plan.steps { #expect(step.command.arguments.allSatisfy { !$0.isEmpty }) }
    }

    @Test func shellText() {
        #expect(SteeringCommand(["a", "b c", "it's", "", "$x", "-f"]).shellText == "a 'b c' 'it'\\''s' '' '$x' -f")
        #expect(SteeringCommand(["nft", "-f", "-"], input: "x\n").shellText == "nft -f - <<'FLOWPROBE'\nx\nFLOWPROBE")
    }

    @Test func refusesWhatIsNotThere() throws {
        let error = #expect(throws: PlanError.self) {
            try Self.plan([Self.rule("a", .mirror(.device("p0")))], in: Surroundings())
        }
        #expect(error?.problems.count == 2)
        var odd = Surroundings.assumed(for: [Self.rule("a", .mirror(.device("p0")))])
        odd.links["eth0"]?.kind = "none"
        odd.ingress = ["eth0"]
        odd.foreign[.init(device: "eth0", side: "egress")] = 5
        odd.actions[0x464C_0007] = .zero
        let found = #expect(throws: PlanError.self) { try Self.plan([Self.rule("a", .mirror(.device("p0")))], in: odd) }
        #expect(found?.problems.count == 4, "\(found?.description ?? "")")
    }

    @Test func refusesWhatIsTooLong() throws {
        var rule = Self.rule("long", .mirror(.device("p0")))
        rule.from = (0..<256).compactMap { Prefix("2001:db8:\($0)::1/128") }
        rule.to = (0..<256).compactMap { Prefix("2001:db9:\($0)::1/128") }
        #expect(throws: PlanError.self) { try Self.plan([rule]) }
        rule.action = .queue(number: 1)
        #expect(throws: PlanError.self) { try Self.plan([rule]) }
        rule.action = .log(group: 1, snapLength: nil)
        #expect(try Self.plan([rule]).steps.count == 1)
    }

    @Test func slotsAreKeptAndUsedAgain() throws {
        var state = SteeringState(network: "")
        let rules = ["a", "b", "c"].map { Self.rule($0, .ovs(bridge: "br0", output: "p0")) }
        state.rules = try Self.plan(rules).installed
        let next = try Self.plan([rules[2], Self.rule("d", .ovs(bridge: "br0", output: "p0")), rules[0]], from: state)
        #expect(next.installed.map(\.slot) == [3, 4, 1] && next.changes.map(\.kind) == [.install, .remove])
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func portMasksCoverARangeOnce(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<20 {
            let first = round == 0 ? 0 : UInt16.random(in: 0 ... .max, using: &random)
            let range = PortRange(first, round == 0 ? .max : .random(in: first ... .max, using: &random))
            var rule = Self.rule("o", .ovs(bridge: "br0", output: "p0"))
            (rule.interfaces, rule.isBidirectional, rule.from) = ([], false, [try #require(Prefix("10.0.0.0/8"))])
            (rule.protocols, rule.ports) = ([17], [range])
            var seen = [UInt8](repeating: 0, count: 65_536)
            for command in try Self.plan([rule]).printed {
                let match = try #require(
                    command.arguments.last?.firstMatch(of: /tp_dst=([0-9a-fx]+)(?:\/0x([0-9a-f]+))?/))
                let isHex = match.1.hasPrefix("0x")
                let value = try #require(UInt16(isHex ? match.1.dropFirst(2) : match.1, radix: isHex ? 16 : 10))
                let mask = match.2.flatMap { UInt16($0, radix: 16) } ?? .max
                for port in 0...65_535 where UInt16(port) & mask == value { seen[port] += 1 }
            }
            #expect((0...65_535).allSatisfy { seen[$0] == (range.first <= $0 && $0 <= range.last ? 1 : 0) }, "\(range)")
        }
    }
}
