/// What a destination's templates carry, where that is not what all others get: `elements=WORD+WORD…` in its address.
///
/// Words are one of the sets (`ElementSet`), names of elements that are added to it (to the minimal one where none is
/// named), and `biflow` or `uniflow`.
package struct TemplateSelection: Sendable, Equatable, CustomStringConvertible {
    /// The set; nil for that of all destinations, or with names the minimal one.
    package private(set) var set: ElementSet?
    /// Elements beside those of the set; their reverse comes with them.
    package private(set) var names: [String] = []
    /// Whether each direction is a record of its own; nil for what all destinations have.
    package private(set) var uniflow: Bool?

    /// Why words select nothing, as a part of a sentence.
    struct Problem: Error {
        let text: String
    }

    /// Reads `WORD+WORD…`.
    init(_ text: String) throws(Problem) {
        for part in text.split(separator: "+", omittingEmptySubsequences: false) {
            let word = String(part)
            if let set = ElementSet.allCases.first(where: { "\($0)" == word }) {
                guard self.set == nil else { throw Problem(text: "two sets") }
                self.set = set
            } else if word == "biflow" || word == "uniflow" {
                guard uniflow == nil else { throw Problem(text: "biflow or uniflow twice") }
                uniflow = word == "uniflow"
            } else {
                guard InformationElement.all.contains(where: { $0.name == word }) else {
                    throw Problem(
                        text:
                            "\"\(word)\", which is no element, nor one of minimal, standard, precise, biflow and uniflow"
                    )
                }
                guard !names.contains(word) else { throw Problem(text: "\(word) twice") }
                names.append(word)
            }
        }
    }

    /// The form that `init` reads.
    package var description: String {
        let words = [set.map { "\($0)" }, uniflow.map { $0 ? "uniflow" : "biflow" }].compactMap { $0 } + names
        return words.joined(separator: "+")
    }
}

extension IPFIXOptions {
    /// These options as the destination at `endpoint` wants them.
    package func adapted(to endpoint: ExportEndpoint) -> IPFIXOptions {
        var options = self
        let parameters = endpoint.parameters
        options.messageOctets = parameters.messageOctets ?? options.messageOctets
        options.templateRefreshSeconds = parameters.refreshSeconds ?? options.templateRefreshSeconds
        options.maximumOctetsPerSecond = parameters.octetsPerSecond ?? options.maximumOctetsPerSecond
        guard let selection = parameters.elements else { return options }
        if let set = selection.set {
            options.elements = set
        } else if !selection.names.isEmpty {
            options.elements = .minimal
        }
        options.moreElements = Set(selection.names)
        options.uniflow = selection.uniflow ?? uniflow
        return options
    }
}
