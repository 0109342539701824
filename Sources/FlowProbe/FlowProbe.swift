import ArgumentParser

@main
struct FlowProbe: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "flowprobe", abstract: "Network-flow probe.")
}
