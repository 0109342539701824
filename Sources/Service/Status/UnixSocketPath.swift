import Foundation
import Glibc

/// The place of a Unix stream socket in the file system: made free before, tidied up afterwards.
///
/// The server binds a name beside it, which then gets its mode and its own name at once. The HTTP library removes the name
/// that it bound when it closes, whoever's socket that is by then: nobody's is.
struct UnixSocketPath: Sendable {
    /// Octets of the longest path: `sun_path` without its closing zero and the suffix.
    static let longest = UnixAddress.longest - 1 - suffix.utf8.count
    private static let suffix = ".new"

    let path: String

    /// The name to bind.
    var nameToBind: String { path + Self.suffix }

    /// A path that the kernel takes.
    init(_ path: String) throws(StatusServerError) {
        guard (1...Self.longest).contains(path.utf8.count), !path.utf8.contains(0), !path.hasPrefix("@") else {
            throw .malformedPath(path)
        }
        self.path = path
    }

    /// Makes room: removes a socket on which nobody listens, such as a killed process leaves.
    func clear() throws(StatusServerError) {
        // Of the link itself, where there is a symbolic link: that is not a socket.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return }
        guard attributes[.type] as? FileAttributeType == .typeSocket else { throw .notASocket(path) }
        // Not waiting: a listener with a full backlog would hold us up, and is one.
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, let address = UnixAddress(path: path) else {
            throw .cannotListen(place: path, reason: systemMessage(errno))
        }
        defer { close(descriptor) }
        switch address.connect(descriptor) {
        case ECONNREFUSED:
            do {
                try FileManager.default.removeItem(atPath: path)
            } catch {
                throw .cannotListen(place: path, reason: "the old socket cannot be removed")
            }
        case ENOENT: return
        case EACCES, EPERM: throw .cannotListen(place: path, reason: systemMessage(EACCES))
        default: throw .inUse(path)
        }
    }

    /// Puts the bound socket in its place, where owner and group may connect and nobody else.
    func publish() throws(StatusServerError) -> Identity? {
        do {
            try FileManager.default.setAttributes([.posixPermissions: 0o660], ofItemAtPath: nameToBind)
            // Fails when somebody else has come before us.
            try FileManager.default.moveItem(atPath: nameToBind, toPath: path)
        } catch {
            throw .cannotListen(place: path, reason: "it cannot be put in its place")
        }
        return identity
    }

    /// Which file this is now: another process may put its own in our socket's place.
    private var identity: Identity? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let device = attributes[.systemNumber] as? NSNumber, let file = attributes[.systemFileNumber] as? NSNumber
        else { return nil }
        return Identity(device: device.uint64Value, file: file.uint64Value)
    }

    /// Device and inode.
    struct Identity: Equatable, Sendable {
        let device: UInt64
        let file: UInt64
    }

    /// Removes the socket, if it is still the one that was bound.
    func remove(_ bound: Identity?) {
        guard let bound, identity == bound else { return }
        try? FileManager.default.removeItem(atPath: path)
    }
}
