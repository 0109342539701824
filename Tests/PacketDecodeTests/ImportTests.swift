import Testing

@Suite struct PacketDecodeTestsImport {}
