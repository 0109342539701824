import Foundation
import NetTypes

/// A captured frame of a bundled capture.
struct CapturedFrame {
    /// Since the capture's start.
    var time: Nanoseconds
    /// 0 keeps microseconds, 1 nanoseconds.
    var interface: Int
    /// What was captured.
    var bytes: [UInt8]
    /// How long the frame was on the wire.
    var wireLength: Int
}

/// A pcapng file, little-endian, of two Ethernet interfaces with resolutions of a microsecond and a nanosecond.
func pcapng(_ frames: [CapturedFrame]) -> [UInt8] {
    var file: [UInt8] = []

    func little16(_ value: Int) -> [UInt8] { [UInt8(value & 0xff), UInt8(value >> 8 & 0xff)] }
    func little32(_ value: Int) -> [UInt8] { little16(value & 0xffff) + little16(value >> 16 & 0xffff) }
    func option(_ code: Int, _ value: [UInt8]) -> [UInt8] {
        little16(code) + little16(value.count) + value + Array(repeating: 0, count: (4 - value.count % 4) % 4)
    }
    func block(_ type: Int, _ body: [UInt8]) {
        let padded = body + Array(repeating: 0, count: (4 - body.count % 4) % 4)
        let length = little32(12 + padded.count)
        file += little32(type) + length + padded + length
    }

    // Section header: byte-order magic, version 1.0, unknown section length.
    block(0x0a0d_0d0a, little32(0x1a2b_3c4d) + little16(1) + little16(0) + Array(repeating: 0xff, count: 8))
    // Interface descriptions: Ethernet, snapshot length, if_name, if_tsresol.
    for (name, resolution) in [("micro0", 6 as UInt8), ("nano0", 9)] {
        block(
            1,
            little16(1) + little16(0) + little32(65_535) + option(2, Array(name.utf8)) + option(9, [resolution])
                + option(0, []))
    }
    for frame in frames {
        let time = (captureStart + frame.time) / (frame.interface == 0 ? 1000 : 1)
        let padding = [UInt8](repeating: 0, count: (4 - frame.bytes.count % 4) % 4)
        block(
            6,
            little32(frame.interface) + little32(Int(time >> 32)) + little32(Int(time & 0xffff_ffff))
                + little32(frame.bytes.count) + little32(frame.wireLength) + frame.bytes + padding)
    }
    return file
}
