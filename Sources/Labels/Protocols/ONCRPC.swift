/// ONC RPC (RFC 5531 section 9), and NFS by its program number. Calls only: a reply names no program.
enum ONCRPC {
    private static let nfsProgram = 100_003

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        var start = 0
        if flow.transport == .tcp {
            // The record mark: last fragment, and a length.
            guard let mark = payload.u32(0), mark & 0x7FFF_FFFF >= 40, mark & 0x7FFF_FFFF <= 1 << 21 else { return .no }
            start = 4
        }
        // Transaction, CALL, version 2, program, version, procedure, credentials.
        guard payload.u32(start + 4) == 0, payload.u32(start + 8) == 2, let program = payload.u32(start + 12),
            (100_000...400_200).contains(program), let version = payload.u32(start + 16), version <= 10,
            let procedure = payload.u32(start + 20), procedure <= 100, let flavour = payload.u32(start + 24),
            flavour <= 6, let credentials = payload.u32(start + 28), credentials <= 400
        else { return .no }
        return .certain(program == nfsProgram ? .nfs : .oncRPC)
    }
}
