import Foundation
import NetTypes

/// Captures that the tests make, and those that are there.
enum Captures {
    private static let package = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../..").standardized

    /// The captures that come with the project.
    static let bundled: [String] = ["recorded-session.pcap", "synthetic-mix.pcapng"].map {
        package.appending(path: "captures/\($0)").path()
    }

    /// The folder of public captures, where it is there: `FLOWPROBE_CORPUS`, or the usual place.
    static let corpus: [String] = {
        let folder =
            ProcessInfo.processInfo.environment["FLOWPROBE_CORPUS"]
            ?? package.appending(path: "../shared/captures").standardized.path()
        return [folder, folder + "/more"].flatMap { folder -> [String] in
            guard let list = try? String(contentsOfFile: folder + "/MANIFEST.tsv", encoding: .utf8) else { return [] }
            return list.split(separator: "\n").dropFirst().map {
                folder + "/" + ($0.split(separator: "\t").first ?? "")
            }
        }
    }()

    /// What tests replay of it: all in a release build, each third one in a debug build.
    static let corpusToReplay: [String] = {
        #if DEBUG
            return stride(from: 0, to: corpus.count, by: 3).map { corpus[$0] }
        #else
            return corpus
        #endif
    }()

    /// A classic pcap file with microseconds, little-endian.
    static func pcap(_ frames: [Frame], linkType: UInt32 = 1) -> Data {
        var data = Data()
        data.reserveCapacity(24 + frames.reduce(0) { $0 + 16 + $1.octets.count })
        func word(_ value: UInt32) {
            for shift in [0, 8, 16, 24] as [UInt32] { data.append(UInt8(truncatingIfNeeded: value >> shift)) }
        }
        for value in [0xA1B2_C3D4, 0x0004_0002, 0, 0, 65_535, linkType] as [UInt32] { word(value) }
        for frame in frames {
            word(UInt32(truncatingIfNeeded: frame.time / Frame.second))
            word(UInt32(truncatingIfNeeded: frame.time % Frame.second / 1000))
            word(UInt32(frame.octets.count))
            word(UInt32(frame.octets.count))
            data.append(contentsOf: frame.octets)
        }
        return data
    }

    /// `count` flows of one packet each, 20,000 a second.
    static func flood(_ count: Int) -> [Frame] {
        (0..<count).map { index in
            Frame.udp(
                Frame.start + Nanoseconds(index) * 50_000, from: (index % 60_000, 1024 + index / 60_000), to: (7, 53),
                payload: 4)
        }
    }
}
