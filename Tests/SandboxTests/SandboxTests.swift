import Foundation
import Glibc
import Sandbox
import Synchronization
import Testing

/// Each test is a process of its own, since rights that are given up do not come back.
@Suite struct SandboxTests {
    static let isRoot = geteuid() == 0
    static let needsRoot: Comment = "needs root, which then becomes nobody"

    @Test(.enabled(if: isRoot, needsRoot)) func becomesTheUserForGood() async {
        await #expect(processExitsWith: .success) {
            let report = try Sandbox.enter(user: "nobody", group: nil, readable: [], writable: [])
            #expect(report.lines[0].contains("nobody (65534:65534)"), "\(report.lines)")
            #expect(report.lines[0].contains("CAP_NET_RAW permitted, none effective"), "\(report.lines)")
            #expect(report.lines[0].contains("no new privileges"), "\(report.lines)")
            #expect(geteuid() == 65534 && getuid() == 65534 && getegid() == 65534 && getgid() == 65534)
            #expect(Attempt.becomeRoot() == EPERM)
            #expect(Attempt.read("/etc/shadow") == EACCES)
        }
    }

    /// Who gives verdicts keeps another right, on the thread that says so, and cannot capture.
    @Test(.enabled(if: isRoot, needsRoot)) func keepsTheRightToGiveVerdicts() async {
        await #expect(processExitsWith: .success) {
            let report = try Sandbox.enter(user: "nobody", group: nil, readable: [], writable: [], givesVerdicts: true)
            #expect(report.lines[0].contains("CAP_NET_ADMIN permitted, none effective"), "\(report.lines)")
            #expect(!mayAdministerNetwork)
            raiseNetworkAdministration()
            #expect(mayAdministerNetwork)
            #expect(withRawSocketCapability { Attempt.packetSocket() } == EPERM)
        }
        await #expect(processExitsWith: .success) {
            _ = try Sandbox.enter(user: "nobody", group: nil, readable: [], writable: [])
            raiseNetworkAdministration()
            #expect(!mayAdministerNetwork)
        }
    }

    @Test(.enabled(if: isRoot, needsRoot)) func opensPacketSocketsOnlyWhereItSays() async {
        await #expect(processExitsWith: .success) {
            #expect(Attempt.packetSocket() == 0)
            _ = try Sandbox.enter(user: "nobody", group: "nogroup", readable: [], writable: [])
            #expect(Attempt.packetSocket() == EPERM)
            #expect(withRawSocketCapability { Attempt.packetSocket() } == 0)
            #expect(Attempt.packetSocket() == EPERM)
            struct Failure: Error {}
            #expect(throws: Failure.self) {
                try withRawSocketCapability {
                    #expect(Attempt.packetSocket() == 0)
                    throw Failure()
                }
            }
            #expect(Attempt.packetSocket() == EPERM)
        }
    }

    @Test(.enabled(if: isRoot, needsRoot)) func threadsThatBeginLaterCanOpenInputsToo() async {
        await #expect(processExitsWith: .success) {
            _ = try Sandbox.enter(user: "nobody", group: nil, readable: [], writable: [])
            let done = DispatchSemaphore(value: 0)
            let outcomes = Mutex<[Int32]>([])
            let thread = Thread {
                let found = [
                    Attempt.packetSocket(), withRawSocketCapability { Attempt.packetSocket() }, Attempt.packetSocket(),
                    Attempt.write("/tmp/flowprobe-outside"),
                ]
                outcomes.withLock { $0 = found }
                done.signal()
            }
            thread.start()
            done.wait()
            #expect(outcomes.withLock { $0 } == [EPERM, 0, EPERM, EACCES])
        }
    }

    @Test(.enabled(if: isRoot, needsRoot)) func startsNoProgramAndMakesNoNamespace() async {
        await #expect(processExitsWith: .success) {
            _ = try Sandbox.enter(user: "nobody", group: nil, readable: [], writable: [])
            #expect(Attempt.makeUserNamespace() == EPERM)
            #expect(Attempt.cloneIntoUserNamespace() == EPERM)
            // Where it is executed after all, the process fails.
            #expect(Attempt.execute("/bin/false") == EPERM)
        }
    }

    @Test(.enabled(if: isRoot, needsRoot)) func writesOnlyWhereItWasTold() async throws {
        await #expect(processExitsWith: .success) {
            let (inside, outside, readable) = try (makeOpenFolder(), makeOpenFolder(), makeOpenFolder())
            for folder in [inside, outside, readable] {
                #expect(FileManager.default.createFile(atPath: folder + "/before", contents: nil))
                openToAll(folder + "/before")
            }
            let report = try Sandbox.enter(user: "nobody", group: nil, readable: [readable], writable: [inside])
            guard report.lines[1].contains("Landlock, version") else {
                print("this kernel has no Landlock: \(report.lines[1])")
                return
            }
            #expect(Attempt.write(inside + "/new") == 0)
            #expect(Attempt.write(inside + "/before") == 0)
            #expect(Attempt.remove(inside + "/new") == 0)
            #expect(Attempt.read(readable + "/before") == 0)
            #expect(Attempt.write(readable + "/before") == EACCES)
            #expect(Attempt.write(readable + "/new") == EACCES)
            #expect(Attempt.read(outside + "/before") == EACCES)
            #expect(Attempt.write(outside + "/new") == EACCES)
            #expect(Attempt.read("/etc/passwd") == 0)
            #expect(Attempt.write("/dev/null") == 0)
        }
    }

    @Test func whoIsNotRootKeepsItsUser() async {
        await #expect(processExitsWith: .success) {
            let user = geteuid()
            let report = try Sandbox.enter(user: nil, group: nil, readable: ["/no-such-folder"], writable: [])
            #expect(geteuid() == user)
            #expect(report.lines.contains { $0.contains("/no-such-folder") } || report.lines[1].contains("no Landlock"))
            #expect(!report.isComplete)
            #expect(Attempt.packetSocket() == EPERM)
            #expect(Attempt.write("/tmp/flowprobe-outside") == EACCES || report.lines[1].contains("no Landlock"))
            // Entering again is possible, and gives nothing back.
            _ = try Sandbox.enter(user: nil, group: nil, readable: [], writable: ["/tmp"])
            #expect(Attempt.execute("/bin/false") == EPERM)
            #expect(Attempt.write("/tmp/flowprobe-outside") == EACCES || report.lines[1].contains("no Landlock"))
        }
    }

    @Test func refusesWhatItDoesNotKnow() {
        #expect(throws: SandboxError.unknownUser("no such user")) {
            try Sandbox.enter(user: "no such user", group: nil, readable: [], writable: [])
        }
        #expect(throws: SandboxError.unknownGroup("no such group")) {
            try Sandbox.enter(user: "nobody", group: "no such group", readable: [], writable: [])
        }
        #expect(throws: SandboxError.groupWithoutUser("nogroup")) {
            try Sandbox.enter(user: nil, group: "nogroup", readable: [], writable: [])
        }
        #expect(throws: SandboxError.unknownUser("4294967295")) {
            try Sandbox.enter(user: "4294967295", group: nil, readable: [], writable: [])
        }
        // Nothing was given up meanwhile.
        #expect(!Self.isRoot || Attempt.packetSocket() == 0)
    }

    @Test(.enabled(if: isRoot, needsRoot)) func nobodyElseCanBecomeSomebody() async {
        await #expect(processExitsWith: .success) {
            setgid(65534)
            setuid(65534)
            #expect(throws: SandboxError.notRoot(user: "daemon")) {
                try Sandbox.enter(user: "daemon", group: nil, readable: [], writable: [])
            }
            // Who one is already, one may become.
            let report = try Sandbox.enter(user: "nobody", group: nil, readable: [], writable: [])
            #expect(report.lines[0].contains("none permitted"), "\(report.lines)")
            #expect(withRawSocketCapability { Attempt.packetSocket() } == EPERM)
        }
    }
}
