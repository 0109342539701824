/// A queue as the kernel lists it in /proc/net/netfilter/nfnetlink_queue: one that a program reads.
package struct QueueReading: Equatable, Sendable {
    /// Netlink port of the program that reads it.
    package var port: UInt32
    /// Packets that are held now.
    package var waiting: UInt32
    /// Number of the last packet that was handed to the program, from 1.
    package var handed: UInt32

    /// A queue.
    package init(port: UInt32, waiting: UInt32, handed: UInt32) {
        (self.port, self.waiting, self.handed) = (port, waiting, handed)
    }

    /// Verdicts that were given, up to 2^32.
    var verdicts: UInt32 { handed &- waiting }

    /// Where the list is, of this process's network namespace.
    package static let path = "/proc/self/net/netfilter/nfnetlink_queue"

    /// Reads the list: `number port waiting mode range dropped droppedByUser handed 1`. A line that is not understood is
    /// left out, which is as if nobody read that queue.
    package static func list(_ text: String) -> [UInt16: QueueReading] {
        var queues: [UInt16: QueueReading] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count >= 8, let number = UInt16(words[0]), let port = UInt32(words[1]),
                let waiting = UInt32(words[2]), let handed = UInt32(words[7])
            else { continue }
            queues[number] = QueueReading(port: port, waiting: waiting, handed: handed)
        }
        return queues
    }
}
