import Glibc
import NetTypes

extension Spool {
    /// Octets that are kept of records which a destination will never take.
    package static let refusedLimit = 16 << 20

    /// Where they are: a JSON object a line.
    package var refusedPath: String { configuration.folder + "/refused.ndjson" }

    /// Keeps `record`, a JSON object, which `destination` will never take, with the batch that it is of and the reason; both
    /// texts are ASCII without quotes. False when the file has no room for it or the disk does not take it: the account has
    /// counted it either way.
    package func setAside(
        _ record: [UInt8], destination: String, batch: UInt64, reason: String, now: Nanoseconds
    ) -> Bool {
        let start =
            "{\"time\":\"\(rfc3339(now))\",\"destination\":\"\(destination)\",\"probe\":\"\(probe)\","
            + "\"batch\":\"\(batch)\",\"reason\":\"\(reason)\",\"flow\":"
        let line = Array(start.utf8) + record + Array("}\n".utf8)
        // SAFETY: the path is a string that the call copies.
        let descriptor = unsafe open(refusedPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        var status = stat()
        // SAFETY: the call writes the structure.
        guard unsafe fstat(descriptor, &status) == 0, Int(status.st_size) + line.count <= Self.refusedLimit else {
            return false
        }
        // One write, so that lines of several destinations do not mix.
        // SAFETY: the octets live for the call, which is told how many they are.
        return unsafe write(descriptor, line, line.count) == line.count
    }
}
