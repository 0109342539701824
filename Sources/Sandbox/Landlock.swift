import CSandbox
import Glibc

/// Limits which files the calling thread, and threads it begins from then on, can open (landlock(7)); by itself and for
/// good, whoever the user is. Descriptors that are open already stay usable.
struct Landlock {
    /// What became of it.
    enum Outcome: Equatable {
        /// In force, by the rights of this version. `missing` are paths that were not there, and are not reachable now.
        case enforced(version: Int, missing: [String])
        /// The kernel has no Landlock, or has not switched it on.
        case notSupported
        /// A system call failed; `what` says at what, `reason` is the system's word for it.
        case failed(what: String, reason: String)
    }

    /// Files, and folders with all in them, that may be read.
    var readable: [String]
    /// Files, and folders with all in them, that may be read, written, made and removed.
    var writable: [String]

    /// What the C library, name resolution and the probe itself read while they run: libraries, time zones, resolvers,
    /// certificates, counters of interfaces, the process' own numbers. Folders, since files in them are replaced.
    static let system = [
        "/etc", "/usr", "/lib", "/lib64", "/proc", "/sys", "/dev", "/run/systemd/resolve", "/run/resolvconf",
        "/run/NetworkManager",
    ]
    /// Devices that are no files to speak of.
    static let devices = ["/dev/null", "/dev/full", "/dev/tty"]

    // Rights, by the version of Landlock that brought them (linux/landlock.h; those of 3 and 5 are younger than Debian 12's).
    private static let execute: UInt64 = 1 << 0
    private static let writeFile: UInt64 = 1 << 1
    private static let readFile: UInt64 = 1 << 2
    private static let readFolder: UInt64 = 1 << 3
    private static let removeFolder: UInt64 = 1 << 4
    private static let removeFile: UInt64 = 1 << 5
    private static let makeFolder: UInt64 = 1 << 7
    private static let makeFile: UInt64 = 1 << 8
    private static let makeSocket: UInt64 = 1 << 9
    private static let allOfVersion1: UInt64 = 1 << 13 - 1
    private static let moveBetweenFolders: UInt64 = 1 << 13
    private static let truncate: UInt64 = 1 << 14
    private static let controlDevice: UInt64 = 1 << 15

    /// Every right that this version knows: all of them are forbidden where no rule allows them.
    private static func handled(_ version: Int) -> UInt64 {
        allOfVersion1 | (version >= 2 ? moveBetweenFolders : 0) | (version >= 3 ? truncate : 0)
            | (version >= 5 ? controlDevice : 0)
    }

    private static let reading = readFile | readFolder
    private static let writing =
        reading | writeFile | removeFolder | removeFile | makeFolder | makeFile | makeSocket | moveBetweenFolders
        | truncate
    /// Rights that make sense for something that is no folder; the kernel takes no others for it.
    private static let ofFiles = execute | writeFile | readFile | truncate | controlDevice

    /// Forbids everything else, from here on. Needs the promise never to gain new privileges.
    func enforce() -> Outcome {
        // No attributes are read when the version is asked for.
        let version = flowprobe_landlock_create(nil, 0, UInt32(LANDLOCK_CREATE_RULESET_VERSION))
        if version < 1 { return .notSupported }
        var attributes = landlock_ruleset_attr(handled_access_fs: Self.handled(Int(version)))
        // SAFETY: the call reads the attributes, and is told their size.
        let ruleset = unsafe flowprobe_landlock_create(&attributes, UInt(MemoryLayout<landlock_ruleset_attr>.size), 0)
        guard ruleset >= 0 else { return Self.failure("making a set of rules") }
        defer { close(ruleset) }

        var missing: [String] = []
        let rules =
            Self.system.map { ($0, Self.reading, false) }
            + Self.devices.map { ($0, Self.reading | Self.writeFile, false) }
            + readable.map { ($0, Self.reading, true) } + writable.map { ($0, Self.writing, true) }
        for (path, rights, isConfigured) in rules {
            // SAFETY: a string that lives for the call.
            let place = unsafe open(path, FLOWPROBE_O_PATH | O_CLOEXEC)
            guard place >= 0 else {
                if isConfigured { missing.append(path) }
                continue
            }
            defer { close(place) }
            guard allow(rights, at: place, by: ruleset, version: Int(version)) else {
                return Self.failure("allowing \(path)")
            }
        }
        guard flowprobe_landlock_restrict(ruleset) == 0 else { return Self.failure("enforcing the rules") }
        return .enforced(version: Int(version), missing: missing)
    }

    private func allow(_ rights: UInt64, at place: Int32, by ruleset: Int32, version: Int) -> Bool {
        var status = stat()
        // SAFETY: the call writes one structure.
        guard unsafe fstat(place, &status) == 0 else { return false }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        var rule = landlock_path_beneath_attr()
        rule.allowed_access = rights & Self.handled(version) & (isFolder ? .max : Self.ofFiles)
        rule.parent_fd = place
        // SAFETY: the call reads one structure.
        return unsafe flowprobe_landlock_add(ruleset, &rule) == 0
    }

    private static func failure(_ what: String) -> Outcome { .failed(what: what, reason: systemReason(errno)) }
}
