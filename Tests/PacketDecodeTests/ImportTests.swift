import Testing

@Suite struct PacketDecodeImportTests {}
