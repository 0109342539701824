import Foundation
import Service
import Testing

@Suite struct ServiceNotifierTests {
    @Test(arguments: [true, false])
    func everyMessage(isAbstract: Bool) async throws {
        let folder = try TemporaryFolder()
        let place = isAbstract ? "@flowprobe-test-\(UInt64.random(in: 0 ... .max))" : folder.path("notify")
        let receiver = try #require(DatagramReceiver(place))
        let notifier = try #require(try ServiceNotifier(environment: ["NOTIFY_SOCKET": place]))
        let cases: [(ServiceNotifier.Message, String)] = [
            (.ready, "READY=1"), (.reloading(monotonicMicroseconds: 17), "RELOADING=1\nMONOTONIC_USEC=17"),
            (.stopping, "STOPPING=1"), (.watchdog, "WATCHDOG=1"), (.status("3 inputs"), "STATUS=3 inputs"),
            (.extendTimeout(microseconds: 5), "EXTEND_TIMEOUT_USEC=5"),
            // No text can add an assignment.
            (.status("a\nREADY=1\r\u{1B}"), "STATUS=a\\nREADY=1\\r\\u{1B}"),
        ]
        for (message, text) in cases {
            #expect(notifier.send(message))
            #expect(receiver.receive() == text)
        }
        #expect(notifier.send(.ready, .status("up")))
        #expect(receiver.receive() == "READY=1\nSTATUS=up")
        let before = MonotonicClock.nanoseconds / 1000
        #expect(notifier.sendReloading())
        let time = try #require(receiver.receive()?.split(separator: "=").last.flatMap { UInt64($0) })
        #expect(time >= before && time <= MonotonicClock.nanoseconds / 1000)
        #expect(receiver.receive(milliseconds: 0) == nil)
    }

    @Test func nobodyListens() throws {
        let folder = try TemporaryFolder()
        let notifier = try #require(try ServiceNotifier(environment: ["NOTIFY_SOCKET": folder.path("gone")]))
        #expect(!notifier.send(.ready))
        #expect(try ServiceNotifier(environment: [:]) == nil)
    }

    @Test(arguments: ["", "relative", "vsock:2:1234", "@", "/tmp/" + String(repeating: "x", count: 103), "/a\0b"])
    func malformed(place: String) {
        let error = #expect(throws: ServiceNotifierError.malformedAddress(place)) {
            try ServiceNotifier(environment: ["NOTIFY_SOCKET": place])
        }
        #expect(error?.description.contains("NOTIFY_SOCKET") == true)
    }

    /// The longest names that the kernel takes.
    @Test func longest() throws {
        let name = "@" + String(UInt64.random(in: 0 ... .max)) + String(repeating: "x", count: 80)
        let place = name.padding(toLength: 108, withPad: "y", startingAt: 0)
        let receiver = try #require(DatagramReceiver(place))
        #expect(try #require(try ServiceNotifier(environment: ["NOTIFY_SOCKET": place])).send(.ready))
        #expect(receiver.receive() == "READY=1")
    }
}
