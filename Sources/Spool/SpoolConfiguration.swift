import NetTypes

/// Where a spool is and how much it may keep.
package struct SpoolConfiguration: Sendable {
    /// Whether the disk is waited for.
    package enum Synchronization: String, Sendable, CaseIterable {
        /// At each commit: a power cut costs what was not committed.
        case commit
        /// Once a second: a power cut costs a second more.
        case interval
        /// Never: a power cut costs what the system had not written yet. A killed program costs no more than otherwise.
        case never
    }

    /// How batches are stored.
    package enum Compression: String, Sendable, CaseIterable {
        /// As they are in memory.
        case none
        /// By zstd at its fastest; a batch that does not become smaller stays as it is.
        case zstd
    }

    /// The folder, which is made when it is not there. One process has it at a time.
    package var folder: String
    /// Octets of segments that are kept; beyond them the oldest are discarded, delivered or not.
    package var size = 4 << 30
    /// Segments whose youngest batch is older are discarded, delivered or not.
    package var age: Nanoseconds = 7 * 86_400 * nanosecondsPerSecond
    /// When the disk is waited for.
    package var synchronization = Synchronization.commit
    /// How batches are stored.
    package var compression = Compression.none
    /// Who needs every record; others are not waited for.
    package var destinations: [String] = []
    /// Groups that stand for one destination each: of failover the group's name is among `destinations`, of balance the
    /// members' are.
    package var groups: [SpoolGroup] = []
    /// Most records in a batch.
    package var batchRecords = 8192
    /// Records are committed at the latest after so long.
    package var commitInterval: Nanoseconds = 500_000_000

    /// Smallest size that works: several segments of several batches.
    package static let smallestSize = 16 << 20

    /// A spool in `folder`, otherwise with the defaults.
    package init(folder: String) { self.folder = folder }

    /// A new segment is begun when one has so many octets: an eighth of the size, 64 MiB at most.
    var segmentOctets: Int { max(1 << 20, min(64 << 20, size / 8)) }

    /// A new segment is begun when one is so old, so that what is delivered goes, and age is kept to an eighth.
    var segmentAge: Nanoseconds { min(3600 * nanosecondsPerSecond, age / 8) }

    /// Records that may wait in memory while the disk takes none.
    var stagedRecords: Int { 8 * batchRecords }
}
