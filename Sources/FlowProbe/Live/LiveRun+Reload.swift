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
            let (fresh, changes) = try reload()
            for (index, input) in fresh.inputs.enumerated() where index < plan.inputs.count {
                guard input.capture.filter != plan.inputs[index].capture.filter else { continue }
                for ring in rings where ring.input.capture.interface == input.capture.interface {
                    try ring.ring.change(filter: input.capture.filter)
                }
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

    private func refuse(_ reason: String) {
        metrics.failedReloads.wrappingAdd(1, ordering: .relaxed)
        logger.error(
            "the configuration stays as it is: \(reason)", metadata: Self.event("configuration-refused"))
    }
}
