/// NATS: the server begins with INFO, the client answers CONNECT, both with an object in JSON.
enum NATS {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.has("INFO {") || payload.has("CONNECT {") else { return .no }
        return .certain(.nats)
    }
}
