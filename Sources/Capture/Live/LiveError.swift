/// Why an interface cannot be captured.
package enum LiveError: Error, Equatable, CustomStringConvertible {
    /// There is no such interface.
    case missing(interface: String)
    /// The system refuses packet sockets to this user.
    case denied(interface: String)
    /// The system refuses packets of groups and queues to this user.
    case deniedSteered(interface: String)
    /// Another program reads the group or the queue.
    case taken(interface: String)
    /// The kernel has no nfnetlink_log or nfnetlink_queue.
    case noNetfilter(interface: String)
    /// Packets of the interface's kind (ARPHRD_ number) cannot be decoded.
    case unsupportedKind(interface: String, number: UInt16)
    /// The numbers of the input do not fit together; `problem` is a sentence.
    case badInput(name: String, problem: String)
    /// The filter does not compile; `reason` is libpcap's word for it.
    case badFilter(interface: String, expression: String, reason: String)
    /// A system call failed; `what` says at what, `reason` is the system's word for it.
    case system(interface: String, what: String, reason: String)

    /// Whether the person at the command line wrote something wrong, as against an interface that cannot be used.
    package var isUsage: Bool {
        switch self {
        case .badInput, .badFilter: true
        default: false
        }
    }

    /// A sentence for a person: what is wrong, where, and what to do.
    package var description: String {
        switch self {
        case .missing(let interface):
            "\(interface): there is no such interface. See `flowprobe interfaces`."
        case .denied(let interface):
            "\(interface): the system does not let this user capture. Run as root, or give the program CAP_NET_RAW."
        case .deniedSteered(let interface):
            "\(interface): the system does not let this user read it. Run as root, or give the program CAP_NET_ADMIN."
        case .taken(let interface):
            "\(interface): another program reads it already, and there can be one only. End that one, or take another "
                + "number here and in the rules."
        case .noNetfilter(let interface):
            "\(interface): the kernel gives no such packets: load its module "
                + "(`modprobe nfnetlink_log` or `modprobe nfnetlink_queue`)."
        case .unsupportedKind(let interface, let number):
            "\(interface): packets of interfaces of kind \(number) (ARPHRD_ number) cannot be decoded. Ethernet, "
                + "loopback, and tunnels and tun devices that carry bare IP can."
        case .badInput(let name, let problem):
            "\(name): \(problem)"
        case .badFilter(let interface, let expression, let reason):
            "\(interface): the filter '\(expression)' cannot be used: \(reason). See pcap-filter(7) for the syntax."
        case .system(let interface, let what, let reason):
            "\(interface): \(what) failed: \(reason)."
        }
    }
}
