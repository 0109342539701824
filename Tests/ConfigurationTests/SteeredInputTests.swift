import Capture
import ConfigurationFile
import Testing

/// Inputs that are groups and queues of netfilter's.
@Suite struct SteeredInputTests {
    @Test func groupsAndQueues() throws {
        let configuration = try load(
            """
            inputs:
              - {interface: nfqueue:3, name: held, queueLength: 16}
              - {interface: "nflog:65535", ring: 1MiB, snapLength: 128}
            """)
        #expect(configuration.inputs.map(\.liveInput.source) == [.queue(number: 3), .log(group: 65535)])
        #expect(configuration.inputs.map(\.name) == ["held", "nflog:65535"])
        #expect(configuration.inputs[0].liveInput.queueLength == 16)
        #expect(configuration.inputs[1].liveInput.ringOctets == 1 << 20)
    }

    @Test(arguments: [
        ("[{interface: nflog:65536}]", "is not the name of an interface"),
        ("[{interface: nflog:5, filter: udp}]", "takes no filter"),
        ("[{interface: nflog:5, workers: 2}]", "read by one worker"),
        ("[{interface: nflog:5, direction: in}]", "no direction"),
        ("[{interface: nflog:5, timestamps: adapter}]", "no adapter"),
        ("[{interface: nflog:5, ring: 64KiB}]", "256 KiB"),
        ("[{interface: nfqueue:5, ring: 8MiB}]", "cannot hold a queue of 256 packets"),
        ("[{interface: nfqueue:5, queueLength: 4097}]", "queueLength"),
        ("[{interface: nfqueue:5}, {interface: eth0}]", "inputs[1]: nfqueue:5 takes a process of its own"),
    ])
    func whatDoesNotGoTogether(_ inputs: String, _ expected: String) {
        let found = problems("inputs: \(inputs)\n")
        #expect(found.count == 1 && found[0].contains(expected), "\(found)")
    }

    /// What `check --print` prints is read as the same.
    @Test func printedAndReadAgain() throws {
        let configuration = try load("inputs: [{interface: nfqueue:3}, {interface: nflog:5, snapLength: 64}]\n")
        #expect(try load(configuration.yaml) == configuration)
    }
}
