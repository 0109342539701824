import NetTypes

/// What becomes of the packets that a rule chooses. The originals go their way in every case but `queue`, where a program
/// decides.
package enum SteeringAction: Codable, Hashable, Sendable {
    /// A copy to the netlink group's listeners (NFLOG), cut to `snapLength` octets where that is given.
    case log(group: UInt16, snapLength: UInt32?)
    /// A copy of the frame out of a device.
    case mirror(MirrorTarget)
    /// The packet itself to the program that reads this queue (NFQUEUE), or past it when nobody reads.
    case queue(number: UInt16)
    /// Commands for Open vSwitch, which are printed and never run: a copy out of the bridge's port.
    case ovs(bridge: String, output: String)

    /// The kernel's part that the action needs.
    package var mechanism: Mechanism {
        switch self {
        case .log: .nftables
        case .mirror: .trafficControl
        case .queue: .iptables
        case .ovs: .printed
        }
    }

    /// One word and where to, for lists.
    package var summary: String {
        switch self {
        case .log(let group, let snapLength):
            "log to group \(group)" + (snapLength.map { ", \($0) octets" } ?? "")
        case .mirror(.device(let device)): "mirror to \(device)"
        case .mirror(.vxlan(let tunnel)): "mirror to \(tunnel.remote), VXLAN \(tunnel.vni)"
        case .queue(let number): "queue \(number)"
        case .ovs(let bridge, let output): "ovs \(bridge) to \(output), printed only"
        }
    }
}

/// What a rule is made of in the kernel.
package enum Mechanism: String, Codable, CaseIterable, Sendable {
    /// nft, table `inet flowprobe_steer`.
    case nftables
    /// tc: a BPF classifier and `mirred` on interfaces.
    case trafficControl
    /// iptables and ip6tables, table `mangle`.
    case iptables
    /// Nothing: the operator runs the commands.
    case printed
}

/// Where copies of frames go.
package enum MirrorTarget: Codable, Hashable, Sendable {
    /// A device that is there.
    case device(String)
    /// A VXLAN device that `apply` makes, one for all rules with the same tunnel.
    case vxlan(VXLANTunnel)

    /// The name of the device that copies leave by.
    package var deviceName: String {
        switch self {
        case .device(let name): name
        case .vxlan(let tunnel): tunnel.deviceName
        }
    }
}

/// A VXLAN tunnel (RFC 7348) to the supervisor's probe.
package struct VXLANTunnel: Codable, Hashable, Sendable {
    /// The probe's address.
    package var remote: IPAddress
    /// The VXLAN network identifier, 24 bits.
    package var vni: UInt32
    /// The probe's UDP port.
    package var port: UInt16 = 4789
    /// Source address of the outer packets; the system's choice without it.
    package var local: IPAddress?
    /// Device the outer packets leave by; the routes' choice without it.
    package var device: String?

    /// A tunnel to the registered port.
    package init(remote: IPAddress, vni: UInt32) {
        self.remote = remote
        self.vni = vni
    }

    /// `fps` and eight hexadecimal digits: the same tunnel has the same name in every run (FNV-1a over its description).
    package var deviceName: String {
        let text = "\(remote) \(vni) \(port) \(local.map(\.description) ?? "-") \(device ?? "-")"
        let hash = text.utf8.reduce(UInt32(0x811C_9DC5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        return "fps" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
