import NIOHTTP1

extension NIOHTTPDecoderLimitConfiguration {
    /// What the head of anybody's message may have.
    package static var ofMessages: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 << 10
        limits.maxHeaderListSize = 64 << 10
        limits.maxHeaderFieldCount = 128
        return limits
    }
}
