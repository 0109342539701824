import Foundation
import NetTypes

/// What was installed, kept in a file so that it can be changed and removed after a restart or a crash.
package struct SteeringState: Codable, Equatable, Sendable {
    /// The format; this program knows 1.
    package var format = 1
    /// The network namespace it is about.
    package var network: String
    /// False while a change is made: what is in the kernel may then be any part of it.
    package var isComplete = true
    /// The policy that was applied.
    package var policyPath: String?
    /// SHA-256 of that policy's octets, in hexadecimal.
    package var policyDigest: String?
    /// When it was last changed.
    package var changedAt: Nanoseconds = 0
    /// The rules, in the policy's order.
    package var rules: [InstalledRule] = []
    /// Devices whose clsact is ours.
    package var ownClsact: [String] = []
    /// IP versions whose iptables table `mangle` is ours.
    package var ownTables: [UInt8] = []
    /// Built-in chains of `mangle` that are ours, in tables that are not.
    package var ownChains: [BuiltInChain] = []

    /// Nothing installed in a network namespace.
    package init(network: String) {
        self.network = network
    }
}

/// A built-in chain of the iptables table `mangle`. On nft they come into being when they are first used.
package struct BuiltInChain: Codable, Hashable, Comparable, Sendable {
    /// 4 or 6.
    package var version: UInt8
    /// `FORWARD`, …
    package var name: String

    /// By version, then by name.
    package static func < (left: BuiltInChain, right: BuiltInChain) -> Bool {
        (left.version, left.name) < (right.version, right.name)
    }

    /// Deletes the chain, which has to be empty.
    var deletion: SteeringCommand {
        SteeringCommand(["nft", "delete", "chain", version == 4 ? "ip" : "ip6", "mangle", name])
    }

    /// Deletes the whole table.
    static func tableDeletion(_ version: UInt8) -> SteeringCommand {
        SteeringCommand(["nft", "delete", "table", version == 4 ? "ip" : "ip6", "mangle"])
    }
}

/// The folder with the state, locked against a second run for as long as this object lives.
package final class StateFolder {
    private let path: String
    private let lock: FileHandle

    private var file: String { path + "/state.json" }

    /// Makes the folder where it is missing, and takes the lock.
    package init(_ path: String) throws(SteerError) {
        self.path = path
        try Self.make(path)
        lock = try SystemFiles.forLock(path + "/lock")
        guard flock(lock.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw SteerError(
                .system, "Another 'flowprobe steer' is at work on \(path). Wait for its end, and try again.")
        }
    }

    /// Takes the lock of the one guard over the folder `path`, held for as long as the handle lives.
    package static func guardLock(_ path: String) throws(SteerError) -> FileHandle {
        try make(path)
        let lock = try SystemFiles.forLock(path + "/guard.lock")
        guard flock(lock.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw SteerError(.system, "Another 'flowprobe steer guard' watches over \(path) already.")
        }
        return lock
    }

    private static func make(_ path: String) throws(SteerError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SteerError(.system, "The folder \(path) cannot be made. Run as root, or name another with --state.")
        }
    }

    /// The state; nil when nothing was installed.
    package func load() throws(SteerError) -> SteeringState? { try Self.load(path) }

    /// The state in the folder `path`, read without the lock.
    package static func load(_ path: String) throws(SteerError) -> SteeringState? {
        let file = path + "/state.json"
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        guard let data = FileManager.default.contents(atPath: file),
            let state = try? JSONDecoder().decode(SteeringState.self, from: data), state.format == 1
        else {
            throw SteerError(
                .unreadable,
                "\(file) is not a state that this program wrote. 'flowprobe steer remove --all' removes what is installed "
                    + "without it.")
        }
        return state
    }

    /// Writes the state: the old one or the new one is there, never a part.
    package func save(_ state: SteeringState) throws(SteerError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        do {
            try encoder.encode(state).write(to: URL(filePath: file), options: .atomic)
        } catch {
            throw SteerError(.system, "\(file) cannot be written: \(error.localizedDescription).")
        }
    }

    /// Forgets the state.
    package func clear() throws(SteerError) {
        guard FileManager.default.fileExists(atPath: file) else { return }
        do {
            try FileManager.default.removeItem(atPath: file)
        } catch {
            throw SteerError(.system, "\(file) cannot be removed: \(error.localizedDescription).")
        }
    }
}
