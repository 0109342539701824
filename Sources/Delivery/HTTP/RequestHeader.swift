import Exporter
import Spool

/// The header fields of a request (docs/export-contract.md). Their names and forms are part of the contract.
enum RequestHeader {
    /// The contract's version.
    static let schema = 1

    /// Names a part of a batch for ever: the same key is the same records, and is sent again until it has been answered.
    static func key(_ probe: ProbeId, _ batch: SpoolBatch, _ part: BatchParts.Part) -> String {
        let whole = "\(probe)-\(batch.id)"
        return part.count == batch.recordCount ? whole : "\(whole)-\(part.first)-\(part.first + part.count - 1)"
    }

    /// All fields. `gaps` are times without records before the batch, where the body cannot tell of them.
    static func fields(
        _ endpoint: ExportEndpoint, _ probe: ProbeId, _ batch: SpoolBatch, _ part: BatchParts.Part, gaps: [CoverageGap],
        length: Int, authorization: String?
    ) -> [(String, String)] {
        let parameters = endpoint.parameters
        let range = part.count == 0 ? "*" : "\(part.first)-\(part.first + part.count - 1)"
        var fields = [
            ("Host", host(endpoint)), ("User-Agent", "flowprobe"), ("Accept-Encoding", "identity"),
            ("Content-Type", parameters.format.mediaType), ("Content-Length", "\(length)"),
            // A String of RFC 9651, as draft-ietf-httpapi-idempotency-key-header wants it.
            ("Idempotency-Key", "\"\(key(probe, batch, part))\""),
            ("Flowprobe-Schema", "\(schema)"), ("Flowprobe-Probe", "\(probe)"), ("Flowprobe-Batch", "\(batch.id)"),
            ("Flowprobe-Domain", "\(batch.domain)"), ("Flowprobe-Records", "\(range)/\(batch.recordCount)"),
        ]
        if parameters.compression != .none { fields.append(("Content-Encoding", parameters.compression.rawValue)) }
        if let authorization { fields.append(("Authorization", authorization)) }
        fields += gaps.map(\.headerField)
        return fields
    }

    /// The host as people write it, with its port where that is not the usual one (RFC 9110 section 7.2).
    private static func host(_ endpoint: ExportEndpoint) -> String {
        let authority = endpoint.authority
        guard endpoint.port == endpoint.transport.defaultPort, let colon = authority.lastIndex(of: ":") else {
            return authority
        }
        return String(authority[..<colon])
    }

    /// What the request is for: the path, and the receiver's own query.
    static func target(_ endpoint: ExportEndpoint) -> String {
        endpoint.path + (endpoint.parameters.query.map { "?" + $0 } ?? "")
    }
}
