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
        /// Done: the facts are those of a packet in a flow.
        case flow
        /// Done: not a flow; `value` is an EtherType.
        case notAFlow
        /// Done: not a flow; `value` is DSAP and SSAP.
        case notAFlowLLC
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
    static var flow: Layer { Layer(space: .flow, value: 0) }
    static func notAFlow(etherType: UInt16) -> Layer { Layer(space: .notAFlow, value: etherType) }
    static func notAFlow(saps: UInt16) -> Layer { Layer(space: .notAFlowLLC, value: saps) }
    static func undecodable(_ reason: UndecodableReason) -> Layer {
        Layer(space: .undecodable, value: UInt16(reason.rawValue))
    }
}
