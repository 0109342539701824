import Exporter
import Foundation
import HTTPMessages
import NetTypes
import Spool

/// Keeps records that a receiver refused one by one in a file of the spool's folder, as JSON lines for people. It is bounded: when
/// it is full nothing more is given up, and the destination fails until somebody has looked at it.
package struct RefusedRecords {
    /// The file is full when it has so many octets. It may exceed them by what one batch adds.
    package static let defaultLimit = 16 << 20

    /// The file.
    package let path: String
    private let destination: String
    private let limit: Int

    /// In `folder`, for the destination of this name.
    package init(folder: String, destination: String, limit: Int = defaultLimit) {
        path = folder + "/refused.ndjson"
        self.destination = destination
        self.limit = limit
    }

    /// The line for the record at `place` of `batch`, which the receiver answered with `reply`; `flow` is its own line.
    func line(_ flow: [UInt8], _ probe: ProbeId, _ batch: SpoolBatch, place: Int, _ reply: HTTPReply) -> [UInt8] {
        Array(
            ("{\"time\":\"\(rfc3339(HostClock.timeOfDay))\",\"destination\":\(quoted(destination)),\"probe\":\"\(probe)\","
                + "\"batch\":\"\(batch.id)\",\"place\":\(place),\"status\":\(reply.status),\"answer\":\(quoted(reply.text)),"
                + "\"flow\":").utf8) + flow.dropLast() + Array("}\n".utf8)
    }

    /// Makes lines durable. Throws, and has added nothing, when the file is full or the disk takes nothing.
    package func add(_ lines: [UInt8]) throws(ExportError) {
        do {
            if !FileManager.default.fileExists(atPath: path) {
                _ = FileManager.default.createFile(
                    atPath: path, contents: nil, attributes: [.posixPermissions: 0o640])
            }
            let file = try FileHandle(forUpdating: URL(filePath: path))
            let size = try file.seekToEnd()
            guard size < UInt64(limit) else { throw full }
            do {
                try file.write(contentsOf: lines)
                try file.synchronize()
                try file.close()
            } catch {
                // So that a line that is there is whole.
                try? file.truncate(atOffset: size)
                throw error
            }
        } catch let error as ExportError {
            throw error
        } catch {
            throw ExportError(
                "Records that \(destination) refused cannot be kept in \(path): \(error.localizedDescription) "
                    + "Check the disk.")
        }
    }

    private var full: ExportError {
        ExportError(
            "The collector \(destination) refuses records, and \(path), which keeps them, is full: nothing more is given up. "
                + "See there what it answers, then move the file away.")
    }

    /// Printable ASCII as a JSON string.
    private func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
