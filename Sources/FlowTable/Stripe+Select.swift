import NetTypes

extension Stripe {
    /// The selector in force for the flow in `slot`.
    @inline(__always)
    func selector(_ slot: Int) -> FlowSelector {
        let domain = Int(truncatingIfNeeded: hot[slot].keyWord >> 41)
        return domain < selectors.count ? selectors[domain] : .all
    }

    /// Takes `selector` for a domain, and marks its live flows that are not chosen: they will see no more packets. One that has
    /// closed is whole, whatever is left out from then on.
    ///
    /// A flow's packets are left out without looking for it, which is what makes selection cheap; so that no such flow looks
    /// whole, its last record says that it was cut (`report`). It stays until its idle or active timeout passes: if all left
    /// at once, their records would be one more burst at the worst moment.
    mutating func select(_ selector: FlowSelector, domain: Int, _ hash: FlowHash) {
        setSelector(selector, domain: domain)
        selectionHash = hash
        guard selector != .all else { return }
        for slot in 0..<slotsUsed where hot[slot].state.contains(.live) {
            guard Int(truncatingIfNeeded: hot[slot].keyWord >> 41) == domain, !cold[slot].isDeselected,
                !hot[slot].isClosed
            else { continue }
            if hash.selection(hot, slot) & selector.mask != 0 { cold[slot].isDeselected = true }
        }
    }

    /// Has the slice that begins in `slot` name the selector that is in force now, and forget that packets of the one before
    /// were left out.
    @inline(never)
    mutating func renewSelector(_ slot: Int) {
        let selector = selector(slot)
        cold[slot].selector = selector
        guard cold[slot].isDeselected, let selectionHash else { return }
        cold[slot].isDeselected = selectionHash.selection(hot, slot) & selector.mask != 0
    }
}
