import Foundation

/// A policy file's text, and where it came from.
package struct PolicyFile {
    /// The file's octets as UTF-8.
    package let text: String
    /// Its path and digest.
    package let source: SteeringEngine.Source

    /// Reads the file at `path`, and has `sha256sum` compute its digest.
    package init(_ path: String, runner: any CommandRunning) throws(SteerError) {
        let data: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            data = try file.read(upToCount: SteeringPolicy.maximumFileSize + 1) ?? Data()
        } catch {
            throw SteerError(
                .unreadable, "The policy \(path) cannot be read. Check that it exists and that you may read it.")
        }
        guard data.count <= SteeringPolicy.maximumFileSize else {
            throw SteerError(
                .unreadable, "The policy \(path) is longer than 1 MiB. Check that it is the file you meant.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw SteerError(.unreadable, "The policy \(path) is not text in UTF-8.")
        }
        self.text = text
        let answer = try runner.require(SteeringCommand(["sha256sum", "-"], input: text))
        source = SteeringEngine.Source(path: path, digest: String(answer.prefix { $0 != " " }))
    }
}
