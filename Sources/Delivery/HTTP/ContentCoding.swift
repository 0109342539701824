import CCompression
import Exporter

/// Packs bodies of requests.
enum ContentCoding {
    /// zlib's and zstd's quickest: what is packed goes out once, and the probe has better things to do.
    private static let level: Int32 = 1
    /// 15 bits of window, and 16 for gzip's frame (RFC 1952).
    private static let gzipWindow: Int32 = 15 + 16

    /// `octets` as `compression` wants them.
    static func pack(
        _ octets: [UInt8], _ compression: ConnectionParameters.BodyCompression
    ) throws(ExportError) -> [UInt8] {
        switch compression {
        case .none: return octets
        case .gzip: if let packed = gzip(octets) { return packed }
        case .zstd: if let packed = zstd(octets) { return packed }
        }
        throw ExportError(
            "A batch of \(octets.count) octets cannot be packed by \(compression.rawValue): memory is short.")
    }

    private static func zstd(_ octets: [UInt8]) -> [UInt8]? {
        var packed = [UInt8](repeating: 0, count: ZSTD_compressBound(octets.count))
        let room = packed.count
        // SAFETY: both buffers have the sizes stated.
        let count = unsafe ZSTD_compress(&packed, room, octets, octets.count, level)
        guard ZSTD_isError(count) == 0 else { return nil }
        packed.removeLast(room - count)
        return packed
    }

    private static func gzip(_ octets: [UInt8]) -> [UInt8]? {
        // SAFETY: a C structure, zeroed, as zlib wants it.
        var stream = unsafe z_stream()
        // SAFETY: an initialised structure, ended below.
        guard unsafe flowprobe_deflate_init(&stream, level, gzipWindow) == Z_OK else { return nil }
        // SAFETY: the stream was begun above.
        defer { unsafe deflateEnd(&stream) }
        // SAFETY: as above; gzip's frame is part of the bound.
        var packed = [UInt8](repeating: 0, count: Int(unsafe deflateBound(&stream, UInt(octets.count))))
        let room = packed.count
        var input = octets
        // SAFETY: both buffers outlive the call, which stays within the sizes it is told and does not change its input.
        let code = unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe packed.withUnsafeMutableBufferPointer { target in
                unsafe (stream.next_in, stream.avail_in) = (source.baseAddress, UInt32(clamping: source.count))
                // SAFETY: as above.
                unsafe (stream.next_out, stream.avail_out) = (target.baseAddress, UInt32(clamping: room))
                return unsafe deflate(&stream, Z_FINISH)
            }
        }
        guard code == Z_STREAM_END else { return nil }
        // SAFETY: a number of the stream.
        packed.removeLast(Int(unsafe stream.avail_out))
        return packed
    }
}
