import Exporter

/// What was wrong with the inputs of a run, among the lines that a store keeps of its end, so that a report from the store says it too.
enum StoredDamage {
    private static let mark = "damage     "

    /// Lines to keep; one that says that there was none, too.
    static func lines(_ damage: [String]) -> [String] { (damage.isEmpty ? ["none"] : damage).map { mark + $0 } }

    /// What the runs of a store say; nil when one of them says nothing of it, not even that there was none.
    static func read(_ runs: [StoreRun]) -> (damage: [String], isKnown: Bool) {
        var damage: [String] = []
        var isKnown = true
        for run in runs {
            let told = (run.balance ?? "").split(separator: "\n").filter { $0.hasPrefix(mark) }
            isKnown = isKnown && !told.isEmpty
            damage += told.map { String($0.dropFirst(mark.count)) }.filter { $0 != "none" }
        }
        return (damage, isKnown)
    }
}
