import Foundation
import NetTypes

/// Writes the captures that the project carries into `folder`. The same bytes every time.
func writeBundle(to folder: String) throws(BenchError) {
    var capture = SyntheticCapture()
    capture.play()
    let path = folder + "/synthetic-mix.pcapng"
    let bytes = pcapng(capture.inOrder)
    do {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    } catch {
        throw BenchError(description: "\(path) cannot be written: \(error.localizedDescription).")
    }
    print("\(path): \(capture.inOrder.count) packets, \(bytes.count) octets")
}

/// Collects the frames of a capture, scene by scene.
struct SyntheticCapture {
    private var frames: [CapturedFrame] = []
    private var identification = 1

    /// The frames in the order of their times.
    var inOrder: [CapturedFrame] {
        frames.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }

    /// Adds a frame seen `milliseconds` after the start. `snapped` octets of it were captured, if not all.
    mutating func add(at milliseconds: Double, _ frame: [UInt8], snapped: Int? = nil, interface: Int = 0) {
        let time = Nanoseconds((milliseconds * 1000).rounded()) * 1000 + (interface == 1 ? 123 : 0)
        frames.append(
            CapturedFrame(
                time: time, interface: interface, bytes: Array(frame.prefix(snapped ?? frame.count)),
                wireLength: frame.count))
    }

    /// Adds an IP packet in an Ethernet frame.
    mutating func addIP(
        at milliseconds: Double, _ way: Way, _ protocolNumber: Int, tags: [(type: Int, id: Int)] = [],
        trafficClass: Int = 0, snapped: Int? = nil, interface: Int = 0, _ payload: [UInt8]
    ) {
        let packet: [UInt8]
        if way.version == 6 {
            packet = ipv6(way, protocolNumber, trafficClass: trafficClass, payload)
        } else {
            packet = ipv4(
                way, protocolNumber, identification: nextIdentification(), trafficClass: trafficClass, payload)
        }
        let etherType = way.version == 6 ? ProtocolNumber.ipv6 : ProtocolNumber.ipv4
        add(at: milliseconds, ethernet(way, etherType, tags: tags, packet), snapped: snapped, interface: interface)
    }

    mutating func nextIdentification() -> Int {
        defer { identification += 1 }
        return identification
    }

    /// All scenes. Times are apart far enough that scenes overlap as conversations do.
    mutating func play() {
        playNeighbours()
        playConversations()
        playRefusals()
        playNames()
        playEchoes()
        playFragments()
        playAssociation()
        playOddities()
        playLongFlows()
    }
}
