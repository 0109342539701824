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

var products: [Product] = [.executable(name: "flowprobe", targets: ["FlowProbe"])]
var targets: [Target] = [
    // C declarations of the system's libraries, and inline wrappers for what Swift cannot say. No logic.
    .target(name: "CPcap", linkerSettings: [.linkedLibrary("pcap")]),
    .target(name: "CPlatform"),
    .target(name: "CPacketRing"),
    .target(name: "CNetlink"),
    .target(name: "CCompression", linkerSettings: [.linkedLibrary("z"), .linkedLibrary("zstd")]),
    .target(name: "CSandbox"),
    .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
    // Not linked: loaded when a destination needs it.
    .target(name: "CRdKafka"),

    // Rooms, lowest first. Nothing imports anything below it in this list (scripts/lint-rooms checks).
    .target(name: "NetTypes", swiftSettings: strict),
    // What a payload is, for the first payloads of each flow. Cryptography for QUIC's Initials and for fingerprints.
    .target(
        name: "Labels",
        dependencies: [
            "NetTypes", .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "CryptoExtras", package: "swift-crypto"),
        ], swiftSettings: strict),
    .target(name: "PacketDecode", dependencies: ["NetTypes", "CPlatform"], swiftSettings: strict),
    .target(
        name: "FlowTable", dependencies: ["NetTypes", "Labels", "PacketDecode", "CPlatform"], swiftSettings: strict),
    .target(name: "Sandbox", dependencies: ["CSandbox"], swiftSettings: strict),
    .target(
        name: "Capture",
        dependencies: [
            "NetTypes", "PacketDecode", "Sandbox", "CPcap", "CCompression", "CPlatform", "CPacketRing", "CNetlink",
        ],
        swiftSettings: strict),
    .target(
        name: "Spool", dependencies: ["NetTypes", "Labels", "FlowTable", "CSQLite", "CCompression"],
        swiftSettings: strict),
    .target(
        name: "Exporter", dependencies: ["NetTypes", "Labels", "FlowTable", "CSQLite", "CPlatform"],
        swiftSettings: strict),
    // Requests to octets and octets to answers; no sockets.
    .target(
        name: "HTTPMessages",
        dependencies: [
            "NetTypes",
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOEmbedded", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
        ], swiftSettings: strict),
    // Destinations of a spool.
    .target(
        name: "Delivery",
        dependencies: [
            "NetTypes", "FlowTable", "Spool", "Exporter", "HTTPMessages", "CCompression", "CRdKafka",
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOEmbedded", package: "swift-nio"),
            .product(name: "NIOTLS", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ], swiftSettings: strict),
    .target(
        name: "Pipeline", dependencies: ["NetTypes", "PacketDecode", "FlowTable", "Exporter", "CPlatform"],
        swiftSettings: strict),
    .target(
        name: "ConfigurationFile",
        dependencies: [
            "NetTypes", "Labels", "PacketDecode", "FlowTable", "Capture", "Exporter", "Spool",
            .product(name: "Yams", package: "Yams"),
        ], swiftSettings: strict),
    .target(
        name: "Steer", dependencies: ["NetTypes", .product(name: "Yams", package: "Yams")], swiftSettings: strict),
    // What a service needs around its capture path. It knows nothing of packets or flows.
    .target(
        name: "Service",
        dependencies: [
            .product(name: "HummingbirdCore", package: "hummingbird"),
            .product(name: "HTTPTypes", package: "swift-http-types"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        ], swiftSettings: strict),
    .target(
        name: "MirrorHealth", dependencies: ["NetTypes", "PacketDecode", "FlowTable", "Exporter"],
        swiftSettings: strict),
    .target(
        name: "Collector",
        dependencies: ["NetTypes", "Labels", "PacketDecode", "FlowTable", "Exporter", "CCompression"],
        swiftSettings: strict),
    // Sockets for it: datagrams, connections, TLS, and what is acknowledged on them.
    .target(
        name: "CollectorService",
        dependencies: [
            "NetTypes", "FlowTable", "Exporter", "Collector", "HTTPMessages",
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ], swiftSettings: strict),
    .executableTarget(
        name: "FlowProbe",
        dependencies: [
            "NetTypes", "Labels", "PacketDecode", "FlowTable", "Sandbox", "Capture", "Exporter", "Pipeline",
            "ConfigurationFile",
            "Service", "Steer", "MirrorHealth", "Collector", "CollectorService", "Spool", "Delivery", "CPlatform",
            .product(name: "Logging", package: "swift-log"),
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ], swiftSettings: strict),

    .testTarget(name: "NetTypesTests", dependencies: ["NetTypes"], swiftSettings: strict),
    .testTarget(
        name: "LabelsTests",
        dependencies: [
            "Labels", "LabelFuzzing", "NetTypes", "PacketDecode", "Capture",
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "CryptoExtras", package: "swift-crypto"),
        ],
        swiftSettings: strict),
    .testTarget(name: "PacketDecodeTests", dependencies: ["PacketDecode"], swiftSettings: strict),
    .testTarget(name: "FlowTableTests", dependencies: ["FlowTable"], swiftSettings: strict),
    .testTarget(
        name: "CaptureTests", dependencies: ["Capture", "PacketDecode", "NetTypes", "CCompression", "NetlinkFuzzing"],
        swiftSettings: strict),
    .testTarget(name: "SandboxTests", dependencies: ["Sandbox", "CSandbox"], swiftSettings: strict),
    .testTarget(name: "SpoolTests", dependencies: ["Spool", "FlowTable", "NetTypes"], swiftSettings: strict),
    .testTarget(
        name: "DeliveryTests",
        dependencies: [
            "Delivery", "HTTPMessages", "AnswerFuzzing", "Spool", "Exporter", "Collector", "FlowTable", "NetTypes",
            "CRdKafkaMock",
        ],
        exclude: ["https-receiver.py"], swiftSettings: strict),
    // librdkafka's mock cluster, for DeliveryTests.
    .target(name: "CRdKafkaMock", path: "Tests/CRdKafkaMock", linkerSettings: [.linkedLibrary("rdkafka")]),
    .testTarget(name: "ExporterTests", dependencies: ["Exporter"], swiftSettings: strict),
    .testTarget(name: "SteerTests", dependencies: ["Steer", "NetTypes"], swiftSettings: strict),
    .testTarget(name: "PipelineTests", dependencies: ["Pipeline", "Labels"], swiftSettings: strict),
    .testTarget(
        name: "ConfigurationTests", dependencies: ["ConfigurationFile", "ConfigurationFuzzing"], swiftSettings: strict),
    .testTarget(
        name: "ServiceTests", dependencies: ["Service", .product(name: "Logging", package: "swift-log")],
        exclude: ["Status/hostile-client.py"], swiftSettings: strict),
    .testTarget(
        name: "CollectorTests", dependencies: ["Collector", "CollectorFuzzing", "Exporter", "FlowTable", "NetTypes"],
        swiftSettings: strict),
    .testTarget(
        name: "CollectorServiceTests",
        dependencies: [
            "CollectorService", "Collector", "Exporter", "FlowTable", "NetTypes",
            .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        ], swiftSettings: strict),
    .testTarget(name: "MirrorHealthTests", dependencies: ["MirrorHealth"], swiftSettings: strict),
    .testTarget(
        name: "FlowProbeTests", dependencies: ["FlowProbe"], exclude: ["Collect/exporter.py"], swiftSettings: strict),

    // What FuzzPacket, FuzzFlowLabels and FuzzConfiguration check; always there, so that ordinary tests replay their inputs.
    .target(
        name: "PacketFuzzing", dependencies: ["NetTypes", "Labels", "PacketDecode", "FlowTable"],
        path: "Fuzz/PacketFuzzing", swiftSettings: strict),
    .target(
        name: "ConfigurationFuzzing", dependencies: ["ConfigurationFile", "Exporter"],
        path: "Fuzz/ConfigurationFuzzing", swiftSettings: strict),
    .testTarget(name: "FuzzReplayTests", dependencies: ["PacketFuzzing", "Labels"], swiftSettings: strict),
    // What FuzzNetlink checks; CaptureTests replays its inputs.
    .target(
        name: "NetlinkFuzzing", dependencies: ["Capture", "PacketDecode"], path: "Fuzz/NetlinkFuzzing",
        swiftSettings: strict),
    // What FuzzLabels checks; LabelsTests replays its inputs.
    .target(name: "LabelFuzzing", dependencies: ["Labels"], path: "Fuzz/LabelFuzzing", swiftSettings: strict),
    // What the fuzz target FuzzSteering checks; its inputs are replayed likewise.
    .target(
        name: "SteeringFuzzing", dependencies: ["NetTypes", "Steer"], path: "Fuzz/SteeringFuzzing",
        swiftSettings: strict),
    // What FuzzCollector checks; CollectorTests replays its inputs.
    .target(
        name: "CollectorFuzzing", dependencies: ["Collector", "Exporter", "FlowTable"], path: "Fuzz/CollectorFuzzing",
        swiftSettings: strict),
    // What FuzzAnswers checks; DeliveryTests replays its inputs.
    .target(
        name: "AnswerFuzzing", dependencies: ["HTTPMessages", "NetTypes"], path: "Fuzz/AnswerFuzzing",
        swiftSettings: strict),
    .testTarget(name: "SteeringReplayTests", dependencies: ["SteeringFuzzing"], swiftSettings: strict),
    // What the fuzz target FuzzSpool checks; its inputs are replayed likewise.
    .target(
        name: "SpoolFuzzing", dependencies: ["NetTypes", "FlowTable", "Spool"], path: "Fuzz/SpoolFuzzing",
        swiftSettings: strict),
    .testTarget(name: "SpoolReplayTests", dependencies: ["SpoolFuzzing"], swiftSettings: strict),

    .executableTarget(
        name: "flowbench", dependencies: ["NetTypes", "PacketDecode", "FlowTable", "Capture", "Exporter", "Pipeline"],
        path: "Benchmarks/FlowBench", swiftSettings: strict),
]

if fuzzing {
    // One row and one folder (Fuzz/NAME with main.swift, Seeds and FailCases) for each fuzz target.
    let fuzzTargets: [(name: String, dependencies: [String])] = [
        ("FuzzPcap", ["CaptureFuzzing"]),
        ("FuzzPcapng", ["CaptureFuzzing"]),
        ("FuzzPacket", ["PacketFuzzing"]),
        ("FuzzFlowLabels", ["PacketFuzzing"]),
        ("FuzzConfiguration", ["ConfigurationFuzzing"]),
        ("FuzzSteering", ["SteeringFuzzing"]),
        ("FuzzCollector", ["CollectorFuzzing"]),
        ("FuzzSpool", ["SpoolFuzzing"]),
        ("FuzzLabels", ["LabelFuzzing"]),
        ("FuzzAnswers", ["AnswerFuzzing"]),
        ("FuzzNetlink", ["NetlinkFuzzing"]),
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
    // What all of them need, as one product, so that it is compiled with all cores.
    let rooms = Set(fuzzTargets.flatMap(\.dependencies)).sorted()
    products.append(.library(name: "FuzzRooms", type: .static, targets: rooms))
    for (name, dependencies) in fuzzTargets {
        targets.append(
            .executableTarget(
                name: name, dependencies: (dependencies + ["CFuzzer"]).map { .byName(name: $0) }, path: "Fuzz/\(name)",
                exclude: ["Seeds", "FailCases"],
                swiftSettings: strict + [.unsafeFlags(["-sanitize=fuzzer,address"])],
                linkerSettings: [
                    .unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld", "-Xlinker", "--gc-sections"])
                ]))
    }
}

let package = Package(
    name: "flowprobe",
    products: products,
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        // Its server only: without reading configuration and files.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    ],
    targets: targets
)
