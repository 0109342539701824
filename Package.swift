// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Every Swift target is held to the same rules: unsafe constructs are spelled out, and a warning is an error.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableExperimentalFeature("Lifetimes"),
]

/// Fuzz targets need the sanitizer runtime and a linker of their own, so that they exist only when asked for:
/// `FLOWPROBE_FUZZ=1 swift build --scratch-path .build-fuzz` (see `make fuzz`).
let fuzzing = Context.environment["FLOWPROBE_FUZZ"] != nil

var targets: [Target] = [
    // C declarations of the system's libraries, and inline wrappers for what Swift cannot say. No logic.
    .target(name: "CPcap", linkerSettings: [.linkedLibrary("pcap")]),
    .target(name: "CPlatform"),
    .target(name: "CPacketRing"),
    .target(name: "CCompression", linkerSettings: [.linkedLibrary("z"), .linkedLibrary("zstd")]),
    .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),

    // Rooms, lowest first. Nothing imports anything below it in this list (scripts/lint-rooms checks).
    .target(name: "NetTypes", swiftSettings: strict),
    .target(name: "PacketDecode", dependencies: ["NetTypes", "CPlatform"], swiftSettings: strict),
    .target(name: "FlowTable", dependencies: ["NetTypes", "PacketDecode", "CPlatform"], swiftSettings: strict),
    .target(
        name: "Capture",
        dependencies: ["NetTypes", "PacketDecode", "CPcap", "CCompression", "CPlatform", "CPacketRing"],
        swiftSettings: strict),
    .target(
        name: "Exporter", dependencies: ["NetTypes", "FlowTable", "CSQLite", "CPlatform"], swiftSettings: strict),
    .target(
        name: "Pipeline", dependencies: ["NetTypes", "PacketDecode", "FlowTable", "Exporter", "CPlatform"],
        swiftSettings: strict),
    .target(
        name: "MirrorHealth", dependencies: ["NetTypes", "PacketDecode", "FlowTable", "Exporter"], swiftSettings: strict
    ),
    .executableTarget(
        name: "FlowProbe",
        dependencies: [
            "NetTypes", "PacketDecode", "FlowTable", "Capture", "Exporter", "Pipeline", "MirrorHealth", "CPlatform",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ], swiftSettings: strict),

    .testTarget(name: "NetTypesTests", dependencies: ["NetTypes"], swiftSettings: strict),
    .testTarget(name: "PacketDecodeTests", dependencies: ["PacketDecode"], swiftSettings: strict),
    .testTarget(name: "FlowTableTests", dependencies: ["FlowTable"], swiftSettings: strict),
    .testTarget(
        name: "CaptureTests", dependencies: ["Capture", "PacketDecode", "NetTypes", "CCompression"],
        swiftSettings: strict),
    .testTarget(name: "ExporterTests", dependencies: ["Exporter"], swiftSettings: strict),
    .testTarget(name: "PipelineTests", dependencies: ["Pipeline"], swiftSettings: strict),
    .testTarget(name: "MirrorHealthTests", dependencies: ["MirrorHealth"], swiftSettings: strict),
    .testTarget(name: "FlowProbeTests", dependencies: ["FlowProbe"], swiftSettings: strict),

    // What the fuzz target FuzzPacket checks; always there, so that an ordinary test replays its inputs.
    .target(
        name: "PacketFuzzing", dependencies: ["NetTypes", "PacketDecode", "FlowTable"], path: "Fuzz/PacketFuzzing",
        swiftSettings: strict),
    .testTarget(name: "FuzzReplayTests", dependencies: ["PacketFuzzing"], swiftSettings: strict),

    .executableTarget(
        name: "flowbench", dependencies: ["NetTypes", "PacketDecode", "FlowTable", "Capture", "Exporter", "Pipeline"],
        path: "Benchmarks/FlowBench", swiftSettings: strict),
]

if fuzzing {
    // One row and one folder (Fuzz/NAME with main.swift, Seeds and FailCases) for each fuzz target.
    let fuzzTargets: [(name: String, dependencies: [Target.Dependency])] = [
        ("FuzzPcap", ["CaptureFuzzing"]),
        ("FuzzPcapng", ["CaptureFuzzing"]),
        ("FuzzPacket", ["PacketFuzzing"]),
    ]
    targets.append(
        .target(
            name: "CaptureFuzzing", dependencies: ["Capture", "PacketDecode"], path: "Fuzz/CaptureFuzzing",
            swiftSettings: strict))
    // The rooms under test are instrumented too. gold crashes on the sanitizer's sections, and unused ones must go.
    for target in targets where target.type == .regular && target.swiftSettings != nil {
        target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer,address"]))
    }
    targets.append(.target(name: "CFuzzer", path: "Fuzz/CFuzzer"))
    for (name, dependencies) in fuzzTargets {
        targets.append(
            .executableTarget(
                name: name, dependencies: dependencies + ["CFuzzer"], path: "Fuzz/\(name)",
                exclude: ["Seeds", "FailCases"],
                swiftSettings: strict + [.unsafeFlags(["-sanitize=fuzzer,address"])],
                linkerSettings: [
                    .unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld", "-Xlinker", "--gc-sections"])
                ]))
    }
}

let package = Package(
    name: "flowprobe",
    products: [.executable(name: "flowprobe", targets: ["FlowProbe"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: targets
)
