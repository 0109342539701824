/// Which header comes next, or how decoding ended. A decoder reads its header and returns the layer above it.
struct Layer: Equatable {
    /// The number space `value` belongs to.
    enum Space: UInt8 {
        /// LINKTYPE_ numbers.
        case link
        /// EtherTypes.
        case etherType
        /// LLC: the cursor stands at the DSAP.
        case llc
        /// IP protocol numbers.
        case ipProtocol
        /// IP of the version in the first nibble.
        case ip
        /// What UDP carries; `value` is the well-known port of a tunnel.
        case udpPort
        /// Done: the facts are those of a packet in a flow.
        case flow
        /// Done: not a flow; `value` is an EtherType.
        case notAFlow
        /// Done: not a flow; `value` is DSAP and SSAP.
        case notAFlowLLC
        /// Done: not a flow; `value` is a PPP protocol number.
        case notAFlowPPP
        /// Done: not a flow; `value` is an `IEEE80211.Frame`.
        case notAFlowWireless
        /// Done: not a flow; `value` is the LINKTYPE_ number of what the frame was.
        case notAFlowLink
        /// Done: `value` is an `UndecodableReason`.
        case undecodable
    }

    let space: Space
    let value: UInt16

    static func link(_ type: UInt16) -> Layer { Layer(space: .link, value: type) }
    static func etherType(_ type: UInt16) -> Layer { Layer(space: .etherType, value: type) }
    static var llc: Layer { Layer(space: .llc, value: 0) }
    static func ipProtocol(_ number: UInt8) -> Layer { Layer(space: .ipProtocol, value: UInt16(number)) }
    static var ip: Layer { Layer(space: .ip, value: 0) }
    static func udpPort(_ port: UInt16) -> Layer { Layer(space: .udpPort, value: port) }
    static var flow: Layer { Layer(space: .flow, value: 0) }
    static func notAFlow(etherType: UInt16) -> Layer { Layer(space: .notAFlow, value: etherType) }
    static func notAFlow(saps: UInt16) -> Layer { Layer(space: .notAFlowLLC, value: saps) }
    static func notAFlow(ppp: UInt16) -> Layer { Layer(space: .notAFlowPPP, value: ppp) }
    static func notAFlow(wireless frame: IEEE80211.Frame) -> Layer {
        Layer(space: .notAFlowWireless, value: frame.rawValue)
    }
    static func notAFlow(link: UInt16) -> Layer { Layer(space: .notAFlowLink, value: link) }
    static func undecodable(_ reason: UndecodableReason) -> Layer {
        Layer(space: .undecodable, value: UInt16(reason.rawValue))
    }

    /// Whether there is a header to be decoded.
    var hasHeader: Bool {
        switch space {
        case .link, .etherType, .llc, .ip, .ipProtocol, .udpPort: true
        default: false
        }
    }

    /// What a packet without a flow is counted as; nil when this is no such end.
    var nonFlow: NonFlowProtocol? {
        switch space {
        case .notAFlow: .etherType(value)
        case .notAFlowLLC: .llc(value)
        case .notAFlowPPP: .ppp(value)
        case .notAFlowWireless: .wireless(value)
        case .notAFlowLink: .link(value)
        default: nil
        }
    }
}
