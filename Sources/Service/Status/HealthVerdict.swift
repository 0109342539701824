/// What `/healthz` or `/readyz` answers.
package enum HealthVerdict: Equatable, Sendable {
    /// 200.
    case passing
    /// 503, with a sentence for each thing that is wrong or missing.
    case failing([String])

    /// Passing when nothing is wrong.
    package init(problems: [String]) { self = problems.isEmpty ? .passing : .failing(problems) }
}
