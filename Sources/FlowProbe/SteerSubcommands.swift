import ArgumentParser
import Foundation
import NetTypes
import Service
import Steer

/// `flowprobe steer plan`: what apply would run.
struct SteerPlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Print what apply would run, as shell commands. Changes nothing.",
        discussion: "Run as root it takes into account what is installed; otherwise as if nothing was.")

    @Argument(help: "The policy, a YAML file.", completion: .file())
    var policy: String

    @OptionGroup var state: SteerStateOption

    func run() throws {
        let (policy, _) = try Steering.policy(policy)
        let isRoot = geteuid() == 0
        let plan = try Steering.reporting {
            let stored = isRoot ? try StateFolder.load(state.state) : nil
            let needed = Set((policy.rules + (stored?.rules.map(\.rule) ?? [])).map(\.action.mechanism))
            let present =
                isRoot
                ? try SurroundingsReader(SystemRunner()).read(needed: needed) : .assumed(for: policy.rules)
            return try SteeringPlan(
                from: stored ?? SteeringState(network: present.network), to: policy.rules, now: Steering.now(),
                in: present)
        }
        if !isRoot { Terminal.write("# Not root: this is what apply would run if nothing was installed.\n", to: 1) }
        for note in plan.notes { Terminal.write("# \(note)\n", to: 1) }
        for change in plan.changes {
            Terminal.write(
                "# \(change.kind.rawValue) \(change.rule.name): \(change.rule.action.summary), authorised by "
                    + "\(change.rule.authorisation) until \(SteeringPlan.time(change.rule.validUntil))\n", to: 1)
        }
        if plan.changes.isEmpty, plan.steps.isEmpty { Terminal.write("# Nothing to change.\n", to: 1) }
        for step in plan.steps { Terminal.write("# \(step.purpose)\n\(step.command.shellText)\n", to: 1) }
        Steering.printCommands(plan.printed)
    }
}

/// `flowprobe steer apply`: the policy into the kernel.
struct SteerApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Install the policy's rules, and remove those of earlier policies.",
        discussion: """
            All or nothing: when a step fails, the ones before it are undone. Rules that did not change keep their \
            counters. Every change is a line in the audit file first; without that line nothing is changed.
            """)

    @Argument(help: "The policy, a YAML file.", completion: .file())
    var policy: String

    @OptionGroup var state: SteerStateOption
    @OptionGroup var audit: SteerAuditOption

    func run() throws {
        let (policy, source) = try Steering.policy(policy)
        let engine = try Steering.engine(state, audit)
        Steering.report(try Steering.reporting { try engine.apply(policy.rules, source: source) })
    }
}

/// `flowprobe steer expire`: for a timer.
struct SteerExpireCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire", abstract: "Remove the rules whose time is over. For a timer.")

    @OptionGroup var state: SteerStateOption
    @OptionGroup var audit: SteerAuditOption

    func run() throws {
        let engine = try Steering.engine(state, audit)
        Steering.report(try Steering.reporting { try engine.expire() })
    }
}

/// `flowprobe steer remove`: rules out of the kernel.
struct SteerRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove some rules, or all, and leave nothing behind.",
        discussion: """
            With --all, also what no state knows: everything that carries flowprobe's names. It needs no state, and works \
            after a crash.
            """)

    @Argument(help: "Names of rules; all of them without.")
    var names: [String] = []

    @Flag(help: "Search for everything that carries flowprobe's names.")
    var all = false

    @OptionGroup var state: SteerStateOption
    @OptionGroup var audit: SteerAuditOption

    func validate() throws {
        if all, !names.isEmpty { throw ValidationError("--all takes no names.") }
    }

    func run() throws {
        let engine = try Steering.engine(state, audit)
        Steering.report(
            try Steering.reporting {
                try names.isEmpty ? engine.removeEverything(all: all) : engine.remove(names)
            })
    }
}

/// `flowprobe steer status`: how the rules stand.
struct SteerStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the installed rules and their counters, and hold them against what arrived.")

    @Flag(help: "JSON in place of text.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Flows that the supervisor recorded (flowprobe replay --json); the packets that each rule chooses are counted.",
            valueName: "file"), completion: .file())
    var arrived: String?

    @Option(
        help: ArgumentHelp("Packets that arrived for one rule; may be repeated.", valueName: "name=packets"))
    var arrivedCount: [String] = []

    @Option(
        help: ArgumentHelp(
            "A probe that reads the rules' groups and queues: loopback address or Unix socket of its status pages; may be "
                + "repeated.", valueName: "place"))
    var probe: [String] = []

    @OptionGroup var state: SteerStateOption

    func run() throws {
        let status = try Steering.reporting {
            let stored = try StateFolder.load(state.state)
            let rules = stored?.rules.map(\.rule) ?? []
            let reader = SurroundingsReader(SystemRunner())
            let present = try reader.read(needed: Set(rules.map(\.action.mechanism)))
            if let stored, stored.network != present.network {
                throw SteerError(
                    .usage, "The state was written in another network namespace. Run the command there (ip netns exec)."
                )
            }
            return SteeringStatus(stored, in: present, now: Steering.now(), arrived: try arrivals(rules))
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            try Terminal.printReport(String(decoding: encoder.encode(status), as: UTF8.self) + "\n", to: 1)
        } else {
            try Terminal.printReport(status.text, to: 1)
        }
        if !status.isSound { throw ExitCode(1) }
    }

    private func arrivals(_ rules: [SteeringRule]) throws(SteerError) -> [String: UInt64] {
        var arrivals: [String: UInt64] = [:]
        if let arrived {
            let packets = try FlowFileCount.packets(of: rules, in: arrived)
            for (rule, count) in zip(rules, packets) { arrivals[rule.name] = count }
        }
        if !probe.isEmpty {
            var said = try ProbeArrivals(page: "")
            for place in probe { said.add(try Self.arrivals(at: place)) }
            arrivals.merge(said.packets(of: rules)) { $1 }
        }
        for text in arrivedCount {
            let parts = text.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let count = UInt64(parts[1]) else {
                throw SteerError(.usage, "--arrived-count: '\(text)' is not NAME=PACKETS.")
            }
            guard rules.contains(where: { $0.name == parts[0] }) else {
                throw SteerError(.usage, "--arrived-count: there is no rule '\(parts[0])' installed.")
            }
            arrivals[String(parts[0])] = count
        }
        return arrivals
    }

    private static func arrivals(at place: String) throws(SteerError) -> ProbeArrivals {
        let page: String
        do throws(StatusPageError) {
            page = try StatusPageClient.page("/metrics", of: place, limit: ProbeArrivals.longestPage)
        } catch {
            throw SteerError(.unreadable, error.description)
        }
        return try ProbeArrivals(page: page)
    }
}
