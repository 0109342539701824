/// What the status server answers to a request: no I/O, no HTTP library.
struct StatusPages: Sendable {
    let metrics: @Sendable () -> MetricsPage
    let health: @Sendable () -> HealthVerdict
    let readiness: @Sendable () -> HealthVerdict

    /// An answer.
    struct Answer: Equatable {
        var status: Int
        var contentType = "text/plain; charset=utf-8"
        var body: String
    }

    /// The answer to a request; the query of `target` is not looked at. Nothing from the request is in it.
    func answer(method: String, target: String) -> Answer {
        guard method == "GET" else { return Answer(status: 405, body: "Only GET is answered here.\n") }
        switch target.prefix(while: { $0 != "?" }) {
        case "/metrics": return Answer(status: 200, contentType: MetricsPage.contentType, body: metrics().text)
        case "/healthz": return Self.answer(health())
        case "/readyz": return Self.answer(readiness())
        case "/": return Answer(status: 200, body: Self.index)
        default: return Answer(status: 404, body: "There is no such page. GET / lists the pages.\n")
        }
    }

    private static func answer(_ verdict: HealthVerdict) -> Answer {
        switch verdict {
        case .passing: Answer(status: 200, body: "ok\n")
        case .failing(let problems):
            Answer(status: 503, body: problems.map { LogText.escaped($0, limit: 500) + "\n" }.joined())
        }
    }

    private static let index = """
        flowprobe
        /metrics   Prometheus metrics
        /healthz   200 while the capture loops turn, else 503 and what is stuck
        /readyz    200 while capturing and all outputs are open, else 503 and what is missing

        """
}
