/// Kafka: length, the request's key and version, correlation, and a client's name. Answers say nothing by themselves.
enum Kafka {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let length = payload.u32(0), length >= 10, length <= 1 << 20, let key = payload.u16(4), key <= 74,
            let version = payload.u16(6), version <= 18, let client = payload.u16(12), (1...128).contains(client),
            14 + client <= 4 + length, payload.isText(14..<14 + client)
        else { return .no }
        return length == payload.count - 4 ? .certain(.kafka) : .hint(.kafka)
    }
}
