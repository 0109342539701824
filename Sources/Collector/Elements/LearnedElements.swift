/// Private elements as an exporter describes them in options data (RFC 5610): whoever reads binds to these names, never
/// to numbers. Of one session.
struct LearnedElements {
    private struct Key: Hashable {
        var enterpriseNumber: UInt32
        var id: UInt16
    }

    private let limit: Int
    private let budget: SharedBudget
    private var descriptions: [Key: ElementDescription] = [:]
    /// Changes whenever a description does: what was derived from the older ones is stale.
    private(set) var version = 0

    /// Nothing learned; at most `limit` descriptions are kept, which come out of `budget`.
    init(limit: Int, budget: SharedBudget) {
        self.limit = limit
        self.budget = budget
    }

    /// Descriptions kept.
    var count: Int { descriptions.count }

    /// The description of a private element.
    func element(_ id: UInt16, enterpriseNumber: UInt32) -> ElementDescription? {
        descriptions[Key(enterpriseNumber: enterpriseNumber, id: id)]
    }

    /// Takes a description. False when there are too many.
    mutating func learn(_ id: UInt16, enterpriseNumber: UInt32, _ description: ElementDescription) -> Bool {
        let key = Key(enterpriseNumber: enterpriseNumber, id: id)
        let old = descriptions[key]
        guard old != description else { return true }
        guard old != nil || (descriptions.count < limit && budget.take(1)) else { return false }
        descriptions[key] = description
        version += 1
        return true
    }
}
