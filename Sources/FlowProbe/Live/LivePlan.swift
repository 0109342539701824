import Capture
import ConfigurationFile
import Delivery
import Exporter
import FlowTable
import Foundation
import Logging
import NetTypes
import PacketDecode
import Service

/// What `flowprobe run` is to do, wherever it was written: options or a configuration file.
struct LivePlan {
    /// One observation point.
    struct Input {
        var capture: LiveInput
        /// Observation domain id, 1 to 32,767.
        var domain: UInt32
        var segmentRule: PacketDecoder.SegmentRule
        /// What collectors are told of it, by the configuration; nil when there is none.
        var described: InputConfiguration?
        /// Processors that the workers stay on, one each; empty for any.
        var processors: [Int] = []
    }

    /// What the probe is called; nil: by the host's name.
    var name: String?
    var inputs: [Input] = []
    var table = FlowTableConfiguration()
    var tunnels = TunnelPolicy()
    var checksums = false
    /// What may be given up when there is too much to do.
    var overload = OverloadPolicy()
    /// Octets of the longest packet that a link takes; nil: what each interface says.
    var mtu: UInt32?
    var zones: ZoneTable?
    var output: OutputOptions
    /// Who is told of events.
    var events: [SyslogAddress] = []
    /// Seconds that the end of a run may take.
    var drainSeconds: Double = 5
    /// Seconds between two lines that sum up the run.
    var summarySeconds: Double = 60
    /// Seconds between two judgements of the inputs; nil for none.
    var verdictSeconds: Double? = 60
    /// Where the status pages are served; nil for nowhere.
    var metricsAddress: LoopbackAddress?
    /// Path of a Unix socket for the same; nil for none.
    var metricsSocket: String?
    /// Messages below this level are left out.
    var logLevel = Logger.Level.info
    /// How messages are written.
    var logFormat = Service.LogFormat.automatic()

    /// What the process is left with once everything is open; nil: all that it has.
    var rights: Rights?

    /// Who the process becomes, and which folders it can still reach.
    struct Rights {
        var user: String?
        var group: String?
        var readable: [String]
        var writable: [String]
        /// Folders that the user gets.
        var owned: [String] = []
        /// Whether it gives verdicts about packets of a queue, which takes CAP_NET_ADMIN.
        var givesVerdicts = false
    }

    /// A plan without inputs.
    init(output: OutputOptions) { self.output = output }

    /// What a configuration file says. Without a terminal to read it, there is no report at the end. Throws when the
    /// zones cannot be read.
    init(_ configuration: ProbeConfiguration, at path: String, isQuiet: Bool, top: Int, color: ColorChoice) throws {
        output = try OutputOptions.parse([])
        output.quiet = isQuiet
        output.top = top
        output.color = color
        output.export = configuration.outputs.export.map(\.description)
        events = configuration.outputs.events
        output.exportGroup = configuration.outputs.groups.map(\.description)
        output.uniflow = configuration.outputs.uniflow
        output.labels = configuration.outputs.labels ? .on : .off
        output.labelAttributes = configuration.outputs.labelAttributes
        output.elements = ElementChoice(set: configuration.outputs.elements)
        output.enterpriseNumber = configuration.outputs.enterpriseNumber
        output.ipfix = configuration.outputs.ipfix
        output.json = configuration.outputs.json
        output.store = configuration.outputs.store
        output.spooling = try SpoolOptions(configuration.outputs)
        name = configuration.probe.name
        inputs = configuration.inputs.map(Input.init)
        table = configuration.flows.tableConfiguration
        tunnels = configuration.flows.tunnelPolicy
        checksums = configuration.flows.checksums
        overload = configuration.flows.overloadPolicy
        try setSelectionKey(configuration.flows.selectionKey)
        mtu = configuration.flows.linkMtu
        table.labels = output.labelConfiguration
        do throws(ZoneError) {
            zones = try configuration.flows.zoneTable()
        } catch {
            throw ProbeFailure(code: .usage, message: error.description)
        }
        drainSeconds = Double(configuration.service.drainTimeout) / 1e9
        summarySeconds = Double(configuration.service.summaryInterval) / 1e9
        verdictSeconds = Self.interval(configuration.service.verdictInterval)
        do throws(StatusServerError) {
            metricsAddress = try configuration.service.metrics.map { endpoint throws(StatusServerError) in
                try LoopbackAddress(endpoint.description)
            }
        } catch {
            throw ProbeFailure(code: .usage, message: error.description)
        }
        metricsSocket = configuration.service.metricsSocket
        let ipfix = try output.ipfix.map { text throws(ExportError) in try FileDestination(parsing: text).path }
        let files = [ipfix, output.json, output.store, metricsSocket].compactMap { $0 }.filter { $0 != "-" }
        let credentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]
        let endpoints = configuration.outputs.export + configuration.outputs.events.map(\.endpoint)
        let secrets = endpoints.flatMap { endpoint in
            let parameters = endpoint.parameters
            return [
                parameters.authorities, parameters.certificate, parameters.key, parameters.token, parameters.basic,
                endpoint.kafka?.properties,
            ].compactMap { $0 }.compactMap { try? HTTPCredentials.path($0, credentials: credentials) }
        }
        rights = Rights(
            user: configuration.service.user, group: configuration.service.group,
            readable: ([configuration.flows.prefixes, configuration.flows.selectionKey].compactMap { $0 } + [path]
                + secrets)
                .map(Self.folder),
            writable: Array(Set(files.map(Self.folder) + [configuration.outputs.spool].compactMap { $0 })).sorted(),
            owned: [configuration.outputs.spool].compactMap { $0 },
            givesVerdicts: inputs.contains { LiveInput.isQueue($0.capture.interface) })
        logLevel = Logger.Level(rawValue: configuration.log.level.rawValue) ?? .info
        // `auto` is no format of its own.
        logFormat = Service.LogFormat(rawValue: configuration.log.format.rawValue) ?? .automatic()
    }
}

extension LivePlan {
    /// Has flows be chosen by the key in the file at `path`, when there is one. Throws when it cannot be used.
    mutating func setSelectionKey(_ path: String?) throws {
        guard let path else { return }
        do throws(SelectionKey.Failure) {
            table.selectionKeys = try SelectionKey.read(path)
        } catch {
            throw ProbeFailure(code: .usage, message: "\(path) \(error.reason).")
        }
    }

    /// Seconds; nil for 0, which stands for never.
    static func interval(_ duration: Nanoseconds) -> Double? { duration == 0 ? nil : Double(duration) / 1e9 }

    /// The folder that a file is in: whoever may replace a file has to be able to reach it.
    private static func folder(_ path: String) -> String {
        URL(filePath: path).standardizedFileURL.deletingLastPathComponent().path(percentEncoded: false)
    }
}

extension LivePlan.Input {
    init(_ input: InputConfiguration) {
        capture = input.liveInput
        domain = input.domain
        segmentRule = input.segment
        processors = input.cpus
        described = input
    }

    /// What collectors are told of it, as the point with number `id`.
    func observationPoint(_ id: UInt32) -> IPFIXOptions.ObservationPoint {
        described?.observationPoint(id)
            ?? IPFIXOptions.ObservationPoint(
                id: id, observationDomainId: domain, interface: capture.interface, name: capture.name)
    }
}
