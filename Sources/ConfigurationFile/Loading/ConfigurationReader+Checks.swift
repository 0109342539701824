import Capture
import Exporter
import Glibc

/// What one key alone cannot tell: names and domains that were left out, and values that do not go together.
extension ConfigurationReader {
    /// Fills in what was left out and has no fixed default.
    mutating func complete(hostName: String) {
        if configuration.probe.name.isEmpty { configuration.probe.name = hostName }
        for index in configuration.inputs.indices {
            let input = configuration.inputs[index]
            if input.name.isEmpty { configuration.inputs[index].name = input.interface }
            if input.domain == 0 { configuration.inputs[index].domain = UInt32(index + 1) }
        }
    }

    /// Adds what does not fit together. After `complete`.
    mutating func check(_ checks: ConfigurationChecks, file: String) {
        if configuration.inputs.isEmpty, !failed.contains("inputs") {
            fail(
                "inputs",
                "there are no inputs: nothing would be listened to; write \"inputs:\" and \"- interface: NAME\"")
        }
        for index in configuration.inputs.indices {
            if LiveInput.isSteered(configuration.inputs[index].interface) {
                checkSteered(index)
            } else {
                checkRing(index)
                checkRest(index, checks)
            }
        }
        checkQueues()
        checkNames()
        checkDomains()
        if configuration.service.group != nil, configuration.service.user == nil, !failed.contains("service.user") {
            fail("service.group", "service.group goes with service.user; name the user too")
        }
        checkSpool()
        checkFiles(checks, file: file)
    }

    private mutating func checkSpool() {
        let outputs = configuration.outputs
        if failed.contains("outputs.export") || failed.contains("outputs.spool") || failed.contains("outputs.groups") {
            return
        }
        if let problem = ExportGroup.problem(outputs.groups, of: outputs.export, hasSpool: outputs.spool != nil) {
            fail(outputs.groups.isEmpty ? "outputs.export" : "outputs.groups", in: "outputs", "outputs: \(problem)")
        } else if let problem = OutputsConfiguration.problem(
            spool: outputs.spool, collectors: outputs.export, groups: outputs.groups, labels: outputs.labels,
            attributes: outputs.labelAttributes)
        {
            fail(outputs.spool == nil ? "outputs.export" : "outputs.spool", "outputs: \(problem)")
        }
    }

    private mutating func checkRing(_ index: Int) {
        let (path, input) = ("inputs[\(index)]", configuration.inputs[index])
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        if failed.contains(path + ".block") { return }
        guard input.block & (input.block - 1) == 0, input.block >= page else {
            fail(
                path + ".block", in: path,
                "\(path).block: \(input.block) octets are not a power of two from a page of memory on; write "
                    + "\(SizeText.text(max(page, 1 << (Int.bitWidth - input.block.leadingZeroBitCount))))")
            return
        }
        if failed.contains(path + ".ring") { return }
        guard input.ring % input.block != 0 || input.ring < 2 * input.block else { return }
        let fitting = max(2, (input.ring + input.block - 1) / input.block) * input.block
        // Whichever of the two was written is the one to change.
        let key = places[path + ".ring"] != nil || places[path + ".block"] == nil ? "ring" : "block"
        fail(
            "\(path).\(key)", in: path,
            "\(path).ring is \(SizeText.text(input.ring)), which is not two or more blocks of \(SizeText.text(input.block)); "
                + "write ring: \(SizeText.text(fitting)), or another block")
    }

    private mutating func checkRest(_ index: Int, _ checks: ConfigurationChecks) {
        let (path, input) = ("inputs[\(index)]", configuration.inputs[index])
        if input.interface.isEmpty, !failed.contains(path), !failed.contains(path + ".interface") {
            fail(path, "\(path) has no interface; write interface: NAME")
        }
        if !input.cpus.isEmpty, input.cpus.count != input.workers, !failed.contains(path + ".workers") {
            fail(
                path + ".cpus", in: path,
                "\(path).cpus has \(input.cpus.count) CPUs for \(input.workers) workers; name one for each worker, or none"
            )
        }
        if let filter = input.filter, let problem = checks.filterProblem(filter) {
            fail(path + ".filter", in: path, "\(path).filter: \(problem)")
        }
    }

    /// A group or a queue: what belongs to a network interface is not for it, and the rest fits together.
    private mutating func checkSteered(_ index: Int) {
        let (path, input) = ("inputs[\(index)]", configuration.inputs[index])
        guard !failed.contains(where: { $0 == path || $0.hasPrefix(path + ".") }) else { return }
        if let problem = input.liveInput.problem { fail(path, "\(path), \(input.interface): \(problem)") }
        if input.cpus.count > 1 {
            fail(
                path + ".cpus", in: path, "\(path).cpus has \(input.cpus.count) CPUs for one worker; name one, or none")
        }
    }

    /// Whoever holds up other people's traffic does nothing else.
    private mutating func checkQueues() {
        guard let queue = configuration.inputs.first(where: { LiveInput.isQueue($0.interface) }) else { return }
        for (index, input) in configuration.inputs.enumerated()
        where !input.interface.isEmpty && !LiveInput.isSteered(input.interface) {
            fail(
                "inputs[\(index)].interface",
                "inputs[\(index)]: \(queue.interface) takes a process of its own, without interfaces; write "
                    + "\(input.interface) into the configuration of another")
        }
    }

    private mutating func checkNames() {
        var first: [String: Int] = [:]
        for (index, input) in configuration.inputs.enumerated() where !input.name.isEmpty {
            guard let earlier = first[input.name] else {
                first[input.name] = index
                continue
            }
            let path = "inputs[\(index)]"
            fail(
                path + ".name", in: path,
                "\(path) and inputs[\(earlier)] are both named \(quoted(input.name)); give them different names")
        }
    }

    /// Two inputs share a domain when both say so, or neither would without the other's number.
    private mutating func checkDomains() {
        func isWritten(_ index: Int) -> Bool { places["inputs[\(index)].domain"] != nil }
        var written: [UInt32: Int] = [:]
        for (index, input) in configuration.inputs.enumerated() where isWritten(index) {
            written[input.domain] = written[input.domain] ?? index
        }
        for (index, input) in configuration.inputs.enumerated() where !isWritten(index) {
            guard let other = written[input.domain] else { continue }
            let path = "inputs[\(index)]"
            fail(
                path + ".domain", in: path,
                "\(path) has domain \(input.domain) by its place, which inputs[\(other)] has by its number; write the "
                    + "domain of both")
        }
    }

    /// Two outputs in one file, an output over an input, and a prefix file that does not serve.
    private mutating func checkFiles(_ checks: ConfigurationChecks, file: String) {
        let (flows, outputs, service) = (configuration.flows, configuration.outputs, configuration.service)
        var taken: [(path: String, role: String)] = [(file, "this configuration")]
        let ipfix = outputs.ipfix.flatMap { try? FileDestination(parsing: $0).path }
        let files: [(key: String, path: String?)] = [
            ("flows.prefixes", flows.prefixes), ("flows.selectionKey", flows.selectionKey), ("outputs.ipfix", ipfix),
            ("outputs.json", outputs.json),
            ("outputs.store", outputs.store), ("service.metricsSocket", service.metricsSocket),
        ]
        for (key, path) in files {
            guard let path, key != "outputs.json" || path != "-" else { continue }
            if let other = taken.first(where: { checks.isSameFile($0.path, path) }) {
                fail(key, "\(key): \(printablePath(path)) is the file of \(other.role) too; choose another name")
            }
            taken.append((path, key))
        }
        if let path = flows.prefixes, !failed.contains("flows.prefixes"), let problem = checks.prefixProblem(path) {
            fail("flows.prefixes", "flows.prefixes: \(problem)")
        }
        if let path = flows.selectionKey, !failed.contains("flows.selectionKey"), let problem = checks.keyProblem(path)
        {
            fail("flows.selectionKey", "flows.selectionKey: \(problem)")
        }
    }
}
