import CPacketRing
import CPcap
import Sandbox

/// A filter on its way to the worker that attaches it.
struct KernelFilterChange {
    let expression: String?
    let program: KernelFilter
}

/// A filter program that the kernel runs on each packet of a socket: it answers with the octets to keep, 0 for none.
struct KernelFilter {
    let instructions: [sock_filter]

    // Classic BPF: a return of a constant (linux/filter.h).
    private static let returnConstant = UInt16(BPF_RET | BPF_K)

    /// Keeps nothing of any packet.
    static let nothing = KernelFilter(instructions: [sock_filter(code: returnConstant, jt: 0, jf: 0, k: 0)])

    /// Keeps up to `snapLength` octets of every packet.
    static func everything(snapLength: UInt32) -> KernelFilter {
        KernelFilter(instructions: [sock_filter(code: returnConstant, jt: 0, jf: 0, k: snapLength)])
    }

    /// Keeps up to `snapLength` octets of every packet that the host sends. Needs no libpcap, which compiles nothing for an
    /// interface that is down.
    static func outgoing(snapLength: UInt32) -> KernelFilter {
        // The packet's type lies at a place of its own (linux/filter.h).
        let type = UInt32(bitPattern: Int32(SKF_AD_OFF) + Int32(SKF_AD_PKTTYPE))
        return KernelFilter(instructions: [
            sock_filter(code: UInt16(BPF_LD | BPF_B | BPF_ABS), jt: 0, jf: 0, k: type),
            sock_filter(code: UInt16(BPF_JMP | BPF_JEQ | BPF_K), jt: 0, jf: 1, k: UInt32(PACKET_OUTGOING)),
            sock_filter(code: returnConstant, jt: 0, jf: 0, k: snapLength),
            sock_filter(code: returnConstant, jt: 0, jf: 0, k: 0),
        ])
    }

    /// Keeps up to `snapLength` octets of packets that match `expression`.
    ///
    /// libpcap compiles it for the interface itself: only then does it know that the kernel takes VLAN tags out of
    /// packets, so that `vlan 5` looks for them where they are. That opens the interface for a moment.
    static func compile(
        _ expression: String, interface: String, snapLength: UInt32
    ) throws(LiveError) -> KernelFilter {
        func refused(_ reason: String) -> LiveError {
            .badFilter(interface: interface, expression: expression, reason: reason)
        }
        var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        // SAFETY: the call writes an error into a buffer of the size it demands.
        guard let handle = unsafe pcap_create(interface, &message) else { throw refused("libpcap cannot start") }
        // SAFETY: created above; closed once, after the last use.
        defer { unsafe pcap_close(handle) }
        // SAFETY: (both) a handle that is not active yet.
        unsafe pcap_set_snaplen(handle, Int32(snapLength))
        unsafe pcap_set_buffer_size(handle, 1 << 20)
        // SAFETY: the handle is not active yet.
        let status = withRawSocketCapability { unsafe pcap_activate(handle) }
        if status == PCAP_ERROR_PERM_DENIED { throw .denied(interface: interface) }
        guard status >= 0 || status == PCAP_ERROR_IFACE_NOT_UP else {
            // SAFETY: a constant string of libpcap's.
            throw .system(
                interface: interface, what: "opening it for the filter's sake",
                reason: unsafe String(cString: pcap_statustostr(status)))
        }
        // SAFETY: an empty program, which pcap_compile fills.
        var program = unsafe bpf_program()
        // SAFETY: the expression is copied by the call. The netmask is not known.
        guard unsafe pcap_compile(handle, &program, expression, 1, 0xFFFF_FFFF) == 0 else {
            // SAFETY: the handle's own message, copied at once.
            throw refused(unsafe String(cString: pcap_geterr(handle)))
        }
        // SAFETY: compiled above; freed once.
        defer { unsafe pcap_freecode(&program) }
        // SAFETY: bf_insns points to bf_len instructions, which have the kernel's layout.
        let compiled = unsafe UnsafeBufferPointer(start: program.bf_insns, count: Int(program.bf_len))
        return KernelFilter(
            instructions: unsafe compiled.map { sock_filter(code: $0.code, jt: $0.jt, jf: $0.jf, k: $0.k) })
    }
}
