import Delivery
import Exporter
import Foundation
import Testing

/// Secured connections, against a TLS endpoint that others wrote.
@Suite(.serialized) struct SecureTests {
    private static let isThere = Laboratory.isThere

    @Test(
        .enabled(if: isThere, "openssl is missing: TLS was NOT tried against it"),
        arguments: [
            ("localhost", "name", "", [] as [String]), ("127.0.0.1", "address", "", []),
            ("127.0.0.1", "name", "&name=localhost", []), ("localhost", "name", "", ["-tls1_2"]),
            ("localhost", "name", "", ["-tls1_3"]),
            (
                "localhost", "name", "&certificate=probe.pem&key=probe.key",
                ["-Verify", "1", "-verify_return_error", "-CAfile", "ca.pem"]
            ),
        ])
    func arrives(host: String, certificate: String, parameters: String, options: [String]) throws {
        let lab = try Laboratory()
        let port = try lab.serve(certificate, options)
        let parameters = parameters.replacing("=probe", with: "=" + lab.path("probe"))
        let bench = try Workbench("tls://\(host):\(port)?ca=\(lab.path("ca.pem"))&retry=1\(parameters)")
        try bench.add(batches: 100)
        let isDone = try bench.finish()
        #expect(isDone, "\(bench.stream.status)")
        #expect(try bench.account().acknowledged == bench.made)
        #expect(eventually { lab.flows == bench.ids })
    }

    /// Nothing is sent to whoever cannot show that it is the collector, or does not take the probe for one of its own.
    @Test(
        .enabled(if: isThere, "openssl is missing: TLS was NOT tried against it"),
        arguments: [
            ("localhost", "name", "other.pem", [] as [String], "certificate verify failed"),
            ("127.0.0.1", "name", "ca.pem", [], "is not for 127.0.0.1"),
            ("localhost", "address", "ca.pem", [], "is not for localhost"),
            ("localhost", "name", "ca.pem", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], "protocol version"),
            ("localhost", "name", "missing.pem", [], "cannot be used as certificates in PEM"),
            ("localhost", "name", "ca.pem", ["-Verify", "1", "-verify_return_error", "-tls1_2"], "handshake failure"),
        ])
    func refuses(host: String, certificate: String, authority: String, options: [String], problem: String) throws {
        let lab = try Laboratory()
        let port = try lab.serve(certificate, options)
        let bench = try Workbench("tls://\(host):\(port)?ca=\(lab.path(authority))&retry=1")
        try bench.add(batches: 2)
        var seen: Set<String> = []
        let isFound = eventually(within: 60) {
            if let text = bench.stream.status.problem { seen.insert(text) }
            return seen.contains { $0.contains(problem) }
        }
        #expect(isFound, "seen: \(seen)")
        #expect(lab.flows.isEmpty)
        #expect(try bench.account().acknowledged == 0)
    }
}
