import Collector

/// What a collecting process listens at, and when it ends.
package struct CollectorConfiguration: Sendable {
    /// Certificate and key of TLS, as PEM files.
    package struct TLS: Sendable {
        /// The certificate, and those that lead to its root.
        package var certificate: String
        /// Its key.
        package var key: String
        /// Roots of the certificates that clients have to show; nil when they need none.
        package var clientAuthority: String?

        /// From paths.
        package init(certificate: String, key: String, clientAuthority: String?) {
            self.certificate = certificate
            self.key = key
            self.clientAuthority = clientAuthority
        }
    }

    /// Where datagrams are taken.
    package var udp: [ListenAddress] = []
    /// Where connections are taken.
    package var tcp: [ListenAddress] = []
    /// Where connections within TLS are taken.
    package var tls: [ListenAddress] = []
    /// Where requests are taken; loopback, since what comes there is neither secret nor of a known sender.
    package var http: [ListenAddress] = []
    /// Where requests within TLS are taken.
    package var https: [ListenAddress] = []
    /// For `tls` and `https`.
    package var files: TLS?
    /// What every request has to show; nil when nothing.
    package var token: RequestToken?
    /// Whether batches are acknowledged on connections.
    package var acknowledges = false
    /// Whether lines say who sent a record.
    package var namesExporter = false
    /// End when nothing has come for so many seconds.
    package var untilIdle: Double?
    /// End when so many connections have ended.
    package var connections: Int?
    /// Seconds between two tables of what is being collected; nil for none.
    package var liveSeconds: Int?
    /// What is kept at most.
    package var limits = CollectorLimits()
    /// Seconds without a datagram after which an exporter's session ends (three times ten minutes, the interval at which
    /// templates are sent again at the latest by common exporters).
    package var idleSeconds: Double = 1800
    /// Seconds that a connection may take for its first message, and for the rest of one that has begun.
    package var messageSeconds: Double = 30

    /// Seconds that a connection may be silent between two requests.
    package var requestIdleSeconds: Double = 300

    /// Listens nowhere.
    package init() {}

    /// Whether it listens for connections, those of requests included.
    package var takesConnections: Bool { !tcp.isEmpty || !tls.isEmpty || takesRequests }
    /// Whether it listens for requests, whose answers say what is durable: `acknowledges` is then set.
    package var takesRequests: Bool { !http.isEmpty || !https.isEmpty }
}

/// What a collecting process tells while it works. Called on its thread.
package struct CollectorListener: Sendable {
    /// A complete sentence for the person who started it: where it listens, who was cut off and why.
    package var note: @Sendable (String) -> Void
    /// Four times a second; says whether a report is wanted now, which `report` then gets.
    package var wantsReport: @Sendable () -> Bool
    /// A report that was wanted.
    package var report: @Sendable (String) -> Void
    /// A table of what is being collected, as often as the configuration says.
    package var live: @Sendable (String) -> Void

    /// From closures.
    package init(
        note: @escaping @Sendable (String) -> Void, wantsReport: @escaping @Sendable () -> Bool,
        report: @escaping @Sendable (String) -> Void, live: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.note = note
        self.wantsReport = wantsReport
        self.report = report
        self.live = live
    }
}
