import Glibc

/// A file descriptor that is closed when its owner goes.
struct OwnedDescriptor: ~Copyable {
    /// The kernel's number.
    let number: Int32

    /// No descriptor: every call with it fails.
    static var none: OwnedDescriptor { OwnedDescriptor(number: -1) }

    deinit { if isOpen { _ = Glibc.close(number) } }

    /// Whether there is a descriptor.
    var isOpen: Bool { number >= 0 }
}

/// The C library's sentence for an error number, without a full stop.
func errorText(_ number: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    // SAFETY: the call writes within the buffer, whose size it is told.
    guard unsafe strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
