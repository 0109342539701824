import ArgumentParser
import Capture

/// `flowprobe interfaces`: what can be captured.
struct InterfacesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interfaces",
        abstract: "List the network interfaces and whether they can be captured.")

    func run() throws {
        var rows = [["INTERFACE", "STATE", "KIND", "MTU", "SPEED", "LOST", "CAPTURE"]]
        for interface in NetworkInterface.all {
            let speed = interface.text("speed").flatMap { Int($0) }.map { $0 > 0 ? "\($0) Mbit/s" : "-" } ?? "-"
            rows.append([
                interface.name,
                !interface.isUp ? "down" : interface.isRunning ? "up" : "no carrier",
                interface.kindText, interface.text("mtu") ?? "-", speed, "\(interface.lostPackets)",
                interface.linkType == nil ? "no: this kind cannot be decoded" : interface.isUp ? "yes" : "yes, once up",
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            try Terminal.printReport(line + "\n", to: 1)
        }
    }
}

extension NetworkInterface {
    /// What its packets begin with, in a word.
    fileprivate var kindText: String {
        if isLoopback { return "loopback" }
        switch linkType {
        case 1: return "Ethernet"
        case 101: return "IP"
        default: return "kind \(kind)"
        }
    }
}
