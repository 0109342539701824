import Exporter
import Foundation

/// Looks at the files that a configuration names, without changing any.
enum FileChecks {
    /// What keeps the prefix file at `path` from being used, or nil.
    static func prefixProblem(_ path: String) -> String? {
        // Opening a pipe would wait for somebody to write into it.
        if let found = attributes(path), found[.type] as? FileAttributeType != .typeRegular {
            return "\(printablePath(path)) is not a file; name a file of prefixes"
        }
        do throws(ZoneError) {
            _ = try ZoneTable(internal: [], file: path)
            return nil
        } catch {
            return error.description
        }
    }

    /// Whether both paths lead to one regular file, or are one name of a file that is not there yet.
    static func isSameFile(_ left: String, _ right: String) -> Bool {
        guard let one = attributes(left), let other = attributes(right) else {
            return URL(filePath: left).standardizedFileURL == URL(filePath: right).standardizedFileURL
        }
        func number(_ file: [FileAttributeKey: Any], _ key: FileAttributeKey) -> UInt64? {
            (file[key] as? NSNumber)?.uint64Value
        }
        return one[.type] as? FileAttributeType == .typeRegular
            && number(one, .systemNumber) == number(other, .systemNumber)
            && number(one, .systemFileNumber) == number(other, .systemFileNumber)
    }

    private static func attributes(_ path: String) -> [FileAttributeKey: Any]? {
        let resolved = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        return try? FileManager.default.attributesOfItem(atPath: resolved)
    }

    /// The octets of a configuration file, at most one more than may be; nil with the reason when it cannot be read.
    static func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        guard let found = attributes(path) else {
            return .failure(
                ReadFailure("is not there or not to be seen; check its name, or name another with --config"))
        }
        guard found[.type] as? FileAttributeType == .typeRegular else {
            return .failure(ReadFailure("is not a file; name a file"))
        }
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            return .success(Array(try handle.read(upToCount: SourceText.maximumOctets + 1) ?? Data()))
        } catch {
            return .failure(ReadFailure("cannot be read; check that you may read it"))
        }
    }

    /// Why a file cannot be read: the rest of a sentence that begins with its name.
    struct ReadFailure: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }
}
