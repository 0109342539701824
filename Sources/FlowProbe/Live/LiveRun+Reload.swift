import Capture
import Logging
import Pipeline
import Synchronization

extension LiveRun {
    /// Takes over what can change without losing a packet, and says what it was; a wrong configuration changes nothing.
    func applyReload() {
        guard let reload else {
            logger.warning("SIGHUP: this run has no configuration file to read again.")
            return
        }
        do {
            let (fresh, changes, accept) = try reload()
            try changeFilters(to: fresh)
            accept()
            // Who is not to judge has nothing to say any more; to judge from the beginning takes a beginning.
            if fresh.verdictSeconds == nil {
                patrol = nil
                metrics.verdicts.withLock { $0 = [] }
            } else if patrol == nil {
                logger.warning("inputs are judged from the next start on: verdictInterval was 0 at this one.")
            }
            pipeline.change(timeouts: fresh.table, annotate: Self.annotation(fresh, patrol?.observer))
            plan = fresh
            logger.logLevel = fresh.logLevel
            metrics.reloads.wrappingAdd(1, ordering: .relaxed)
            logger.notice(
                "configuration read again\(changes.isEmpty ? ": nothing has changed" : "")",
                metadata: Self.event("configuration-read", ["changes": "\(changes.count)"]))
            for change in changes { logger.notice("\(change)") }
        } catch let failure as ProbeFailure {
            refuse(failure.message)
        } catch let error as LiveError {
            refuse(error.description)
        } catch {
            // What was wrong has been said, a line each.
            refuse("it is not correct, as said above.")
        }
    }

    /// All of them, or none: an interface that has gone cannot take one.
    private func changeFilters(to fresh: LivePlan) throws(LiveError) {
        var changed: [(ring: Ring, before: String?)] = []
        for (old, new) in zip(plan.inputs, fresh.inputs) where new.capture.filter != old.capture.filter {
            for ring in rings where ring.input.capture.name == old.capture.name {
                do throws(LiveError) { try ring.ring.change(filter: new.capture.filter) } catch {
                    for (ring, before) in changed { try? ring.ring.change(filter: before) }
                    throw error
                }
                changed.append((ring, old.capture.filter))
            }
        }
    }

    private func refuse(_ reason: String) {
        metrics.failedReloads.wrappingAdd(1, ordering: .relaxed)
        logger.error(
            "the configuration stays as it is: \(reason)", metadata: Self.event("configuration-refused"))
    }
}
