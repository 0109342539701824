import Labels

/// Control systems.
extension Fixture {
    static let industrial: [Fixture] = [
        Fixture(
            "Modbus", .modbus, .tcp,
            [out(u16(1, 0, 6), u8(1, 3), u16(100, 2)), back(u16(1, 0, 7), u8(1, 3, 4), noise(4))],
            confidence: .likely),
        Fixture(
            "S7", .s7, .tcp,
            [out(u8(3, 0), u16(25), u8(2, 0xF0, 0x80), u8(0x32, 1), u16(0, 1, 8, 0), u8(0xF0, 0), u16(1, 1, 480))]),
        Fixture(
            "DNP3", .dnp3, .tcp, [out(u8(0x05, 0x64, 5, 0xC9), u16LE(1), u16LE(1024), u8(0xA6, 0x57))]),
        Fixture("IEC 104", .iec104, .tcp, [out(u8(0x68, 4, 0x07, 0, 0, 0)), back(u8(0x68, 4, 0x0B, 0, 0, 0))]),
        Fixture(
            "IEC 104, information", .iec104, .tcp, [back(u8(0x68, 14, 0, 0, 0, 0, 100, 1, 6, 0, 1, 0, 0, 0, 0, 20))],
            confidence: .likely),
        Fixture(
            "EtherNet/IP", .etherNetIP, .tcp,
            [out(u16LE(0x65), u16LE(4), zeros(8), noise(8), zeros(4), u16LE(1), u16LE(0))]),
        Fixture(
            "OPC UA", .opcUA, .tcp, [out(ascii("HELF"), u32LE(32), u32LE(0), u32LE(65_536), u32LE(65_536), zeros(12))]),
        Fixture(
            "BACnet", .bacnet, .udp, [out(u8(0x81, 0x0B), u16(12), u8(1, 0x20), u16(0xFFFF), u8(0, 0xFF, 0x10, 0x08))]),
    ]
}
