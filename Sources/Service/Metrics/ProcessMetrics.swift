import Foundation
import Glibc

/// What the kernel says of this process: memory, descriptors, processor time.
///
/// Read from `/proc/self` at each scrape. Each number stands alone: what cannot be read is nil, and not on the page.
package struct ProcessMetrics: Equatable, Sendable {
    /// Memory in RAM, in octets.
    package var residentMemory: UInt64?
    /// Open file descriptors.
    package var openDescriptors: Int?
    /// Processor time of all threads, user and system, in seconds.
    package var processorTime: Double?

    /// Numbers, where known.
    package init(residentMemory: UInt64? = nil, openDescriptors: Int? = nil, processorTime: Double? = nil) {
        self.residentMemory = residentMemory
        self.openDescriptors = openDescriptors
        self.processorTime = processorTime
    }

    /// The numbers of now.
    package static func current() -> ProcessMetrics {
        var metrics = ProcessMetrics()
        metrics.residentMemory = read("/proc/self/statm").flatMap { residentMemory(statm: $0, pageSize: getpagesize()) }
        metrics.processorTime = read("/proc/self/stat").flatMap {
            processorTime(stat: $0, ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)))
        }
        // One of the entries is the descriptor by which the folder is read.
        metrics.openDescriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map {
            max(0, $0.count - 1)
        }
        return metrics
    }

    /// Puts in what is known.
    package func add(to page: inout MetricsPage) {
        if let residentMemory { page.set(.residentMemory, to: residentMemory) }
        if let openDescriptors { page.set(.openDescriptors, to: openDescriptors) }
        if let processorTime { page.set(.processorTime, to: processorTime) }
    }

    /// The second number of `/proc/PID/statm` is in pages.
    package static func residentMemory(statm: String, pageSize: Int32) -> UInt64? {
        let fields = statm.split(separator: " ")
        guard fields.count > 1, let pages = UInt64(fields[1]), pageSize > 0 else { return nil }
        let (octets, overflow) = pages.multipliedReportingOverflow(by: UInt64(pageSize))
        return overflow ? nil : octets
    }

    /// Fields 14 and 15 of `/proc/PID/stat` (proc(5)), counted after the name in parentheses, which may hold anything.
    package static func processorTime(stat: String, ticksPerSecond: Int) -> Double? {
        guard ticksPerSecond > 0, let nameEnd = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[nameEnd...].split(separator: " ")
        guard fields.count > 13, let user = UInt64(fields[12]), let system = UInt64(fields[13]) else { return nil }
        return (Double(user) + Double(system)) / Double(ticksPerSecond)
    }

    private static func read(_ path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: 4096) else {
            return nil
        }
        return String(decoding: data, as: UTF8.self)
    }
}
