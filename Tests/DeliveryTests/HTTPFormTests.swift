import Delivery
import Exporter
import Foundation
import HTTPMessages
import Testing

/// The small forms of HTTP.
@Suite struct HTTPFormTests {
    /// 1994-11-06T08:49:37Z.
    private static let moment: Int64 = 784_111_777

    @Test(arguments: [
        ("0", 0), ("120", 120), ("99999999999999999999", Int.max), ("", nil), ("-1", nil), ("1.5", nil), (" 1", nil),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 10), ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Tue, 29 Feb 2000 00:00:00 GMT", 167_670_633),
        ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:49:37 UTC", nil),
        ("Sun, 06 Nov 1994 24:49:37 GMT", nil), ("Sun, 6 Nov 1994 08:49:37 GMT", nil), ("é", nil),
    ])
    func retryAfter(value: String, expected: Int?) {
        #expect(RetryAfter.seconds(value, now: (Self.moment - 10) * 1_000_000_000) == expected)
    }

    @Test func basicCredentials() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "secrets-\(UUID())").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func parameters(_ text: String) throws -> ConnectionParameters {
            try ExportEndpoint(parsing: "https://x/?\(text)").parameters
        }
        try Data("Aladdin:open sesame\nignored".utf8).write(to: URL(filePath: folder + "/ch"))
        let basic = try HTTPCredentials.authorization(parameters("basic=credential:ch"), credentials: folder)
        // RFC 7617 section 2's own example.
        #expect(basic == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        #expect(try HTTPCredentials.authorization(parameters("format=ndjson"), credentials: folder) == nil)
        for wrong in [
            "basic=credential:", "basic=credential:../ch", "basic=credential:..", "basic=\(folder)",
            "token=\(folder)/ch",
        ] {
            let error = #expect(throws: ExportError.self) {
                try HTTPCredentials.authorization(parameters(wrong), credentials: folder)
            }
            #expect(error?.description.contains("sesame") == false)
        }
        try Data("no colon".utf8).write(to: URL(filePath: folder + "/ch"))
        #expect(throws: ExportError.self) {
            try HTTPCredentials.authorization(parameters("basic=credential:ch"), credentials: folder)
        }
    }

    /// Parts cover a batch, in order, each record once; and the same batch is always cut at the same places.
    @Test func parts() {
        for total in [0, 1, 2, 3, 7, 100, 8192] {
            for limit in [1, 2, 3, 10, 4096, Int.max] {
                let parts = BatchParts(total: total, limit: limit).left
                #expect(parts.flatMap { $0.first..<$0.first + $0.count } == Array(0..<total))
                #expect(parts.allSatisfy { $0.count <= max(1, limit) })
                // Whoever finds the limit by halving comes to the same parts.
                var found = BatchParts(total: total)
                var small: [BatchParts.Part] = []
                while let part = found.next {
                    if part.count > limit, found.split() { continue }
                    small.append(part)
                    found.pass()
                }
                #expect(small == parts)
            }
        }
    }

    private func exchange(_ octets: [UInt8], pieces: Int) throws -> HTTPExchange.Progress {
        let exchange = try HTTPExchange()
        _ = try exchange.request("/", [("Host", "x"), ("Content-Length", "0")])
        var start = 0
        while start < octets.count {
            let end = min(octets.count, start + pieces)
            let progress = exchange.take(Array(octets[start..<end]), now: 0)
            if progress != .incomplete { return progress }
            start = end
        }
        return exchange.end(now: 0)
    }

    /// However an answer is cut into pieces it is the same; cut short, it is none; and whatever octet is changed, it is
    /// either an answer or said not to be one.
    @Test func sweep() throws {
        let text = "HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nslow\r\n0\r\n\r\n"
        let octets = Array(text.utf8)
        let expected = HTTPExchange.Progress.reply(
            HTTPReply(status: 429, retryAfter: 7, text: "slow", keepsAlive: true))
        for pieces in 1...octets.count { #expect(try exchange(octets, pieces: pieces) == expected) }
        for length in 0..<octets.count {
            guard case .malformed = try exchange(Array(octets[..<length]), pieces: 1000) else {
                Issue.record("an answer of \(length) octets")
                continue
            }
        }
        var replies = 0
        for place in octets.indices {
            for bit in 0..<8 {
                var changed = octets
                changed[place] ^= 1 << UInt8(bit)
                if case .reply(let reply) = try exchange(changed, pieces: 3) {
                    replies += 1
                    #expect(reply.text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
                }
            }
        }
        #expect(replies > 50)
    }

    @Test func randomOctetsAreNoAnswer() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let octets = (0..<Int.random(in: 1...400, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            guard case .malformed = try exchange(octets, pieces: 64) else {
                Issue.record("\(octets)")
                continue
            }
        }
    }
}
