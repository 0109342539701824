import Exporter
import Foundation

/// What a request shows of who sends it. Read for each, so that a new token or password is used from the next one on.
package enum HTTPCredentials {
    private static let longest = 16 << 10

    /// The value of `Authorization` (RFC 9110 section 11.6.2); nil when none is asked for. Throws a message that says which
    /// file is not as it should be, and nothing of what is in it. `folder` is where systemd keeps credentials
    /// (systemd.exec(5)).
    package static func authorization(
        _ parameters: ConnectionParameters, credentials folder: String? = nil
    ) throws(ExportError) -> String? {
        let folder = folder ?? ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]
        if let source = parameters.token {
            let token = try firstLine(source, folder)
            guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw ExportError(
                    "The file \(source) has no token: its first line must be one word of visible characters.")
            }
            return "Bearer \(token)"
        }
        guard let source = parameters.basic else { return nil }
        let pair = try firstLine(source, folder)
        guard pair.contains(":"), !pair.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw ExportError("The file \(source) has no credentials: its first line must be USER:PASSWORD.")
        }
        return "Basic \(Data(pair.utf8).base64EncodedString())"
    }

    /// Where `source` is: a path, or `credential:NAME` in systemd's folder.
    package static func path(_ source: String, credentials folder: String?) throws(ExportError) -> String {
        let prefix = "credential:"
        guard source.hasPrefix(prefix) else { return source }
        let name = source.dropFirst(prefix.count)
        guard let folder, !name.isEmpty, !name.contains("/"), name != "..", name != "." else {
            throw ExportError(
                "There is no \(source): systemd hands over no credentials to this process, or the name is none. Check "
                    + "LoadCredential= in the unit.")
        }
        return folder + "/" + name
    }

    private static func firstLine(_ source: String, _ folder: String?) throws(ExportError) -> String {
        let path = try Self.path(source, credentials: folder)
        let data: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            data = try file.read(upToCount: longest) ?? Data()
        } catch {
            throw ExportError(
                "The credentials in \(path) cannot be read. Check that the file is there and its permissions.")
        }
        let line = data.prefix { $0 != 0x0A && $0 != 0x0D }
        guard let text = String(validating: line, as: UTF8.self) else {
            throw ExportError("The credentials in \(path) are not text in UTF-8. Check what is in the file.")
        }
        return text
    }
}
