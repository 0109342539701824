import CPcap
import PacketDecode
import Synchronization

/// A filter expression in libpcap's language (pcap-filter(7)), compiled per link type when the first packet of it comes.
/// Used by one thread.
final class PacketFilter {
    private let expression: String
    /// The programs by link type; nil where the expression does not compile.
    private var programs: [UInt16: FilterProgram?] = [:]
    /// The last packet's link type and its program.
    private var lastLinkType: UInt16?
    private var lastProgram: FilterProgram?
    /// Called with link type and reason when the expression does not compile for a link type.
    var onRefusal: (UInt16, String) -> Void = { _, _ in }

    /// Checks the expression: it must compile for one of `linkTypes`.
    init(_ expression: String, linkTypes: [UInt16]) throws(CaptureError) {
        self.expression = expression
        var firstReason: String?
        for linkType in linkTypes {
            do throws(FilterProgram.Refusal) {
                programs[linkType] = try FilterProgram(expression, linkType)
                return
            } catch {
                firstReason = firstReason ?? error.reason
            }
        }
        throw .badFilter(expression: expression, reason: firstReason ?? "no link type is known")
    }

    /// Takes out of the batch what the filter does not let through; returns how many packets that were.
    func apply(to batch: PacketBatch) -> Int {
        let count = batch.count
        var kept = 0
        for index in 0..<count {
            // SAFETY: index and kept are below the batch's count.
            let packet = unsafe batch.references[index]
            if accepts(packet) {
                // SAFETY: kept <= index.
                unsafe batch.references[kept] = packet
                kept += 1
            }
        }
        batch.count = kept
        return count - kept
    }

    /// Whether the filter lets the packet through.
    func accepts(_ packet: PacketReference) -> Bool {
        if packet.linkType != lastLinkType { select(packet.linkType) }
        return lastProgram?.accepts(packet) ?? false
    }

    private func select(_ linkType: UInt16) {
        if programs[linkType] == nil {
            do throws(FilterProgram.Refusal) {
                programs[linkType] = .some(try FilterProgram(expression, linkType))
            } catch {
                programs[linkType] = .some(nil)
                onRefusal(linkType, error.reason)
            }
        }
        lastLinkType = linkType
        lastProgram = programs[linkType] ?? nil
    }
}

/// A filter compiled for one link type.
// SAFETY: (@safe) owns the program from init to deinit. libpcap's compiler makes only programs that end, and its
// interpreter stays within the lengths it is given.
@safe final class FilterProgram {
    /// libpcap's reason for not compiling.
    struct Refusal: Error {
        let reason: String
    }

    /// Calls of libpcap's compiler come one after the other: it looks names up in tables that threads share.
    private static let compiling = Mutex(())

    // SAFETY: an empty program until init fills it.
    private var program = unsafe bpf_program()

    init(_ expression: String, _ linkType: UInt16) throws(Refusal) {
        // SAFETY: an empty program, which pcap_compile fills.
        var compiled = unsafe bpf_program()
        let reason: String? = Self.compiling.withLock { _ in
            guard let handle = unsafe pcap_open_dead(Self.dataLinkType(linkType), Int32(maximumCapturedOctets)) else {
                return "libpcap cannot start"
            }
            // SAFETY: opened above.
            defer { unsafe pcap_close(handle) }
            // The netmask matters only to "ip broadcast"; all ones say that it is not known.
            // SAFETY: the program is filled during the call; the expression is copied by it.
            if unsafe pcap_compile(handle, &compiled, expression, 1, 0xffff_ffff) == 0 { return nil }
            // SAFETY: the handle's own message, copied before it is closed.
            return unsafe String(cString: pcap_geterr(handle))
        }
        if let reason { throw Refusal(reason: reason) }
        // SAFETY: moves the two words of the program; there is one owner.
        unsafe program = compiled
    }

    deinit {
        // SAFETY: made by pcap_compile, freed once.
        unsafe pcap_freecode(&program)
    }

    func accepts(_ packet: PacketReference) -> Bool {
        // SAFETY: capturedLength octets may be read at bytes.
        unsafe bpf_filter(program.bf_insns, packet.bytes, packet.wireLength, packet.capturedLength) != 0
    }

    /// The DLT_ number that this system's libpcap uses for a LINKTYPE_ number: the same but for a few old ones.
    private static func dataLinkType(_ linkType: UInt16) -> Int32 {
        switch linkType {
        case 100: DLT_ATM_RFC1483
        case 101: DLT_RAW
        case 102: DLT_SLIP_BSDOS
        case 103: DLT_PPP_BSDOS
        case 106: DLT_ATM_CLIP
        default: Int32(linkType)
        }
    }
}
