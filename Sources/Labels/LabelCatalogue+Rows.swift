// One row for each protocol.
extension LabelCatalogue {
    private static let both: LabelTransport = [.tcp, .udp]
    private static let streams: LabelTransport = [.tcp, .sctp]

    static let names: [Row] = [
        Row(
            .netbiosName, "NetBIOS-NS", udp: [137], "the name asked for or registered", "RFC 1002 section 4.2",
            over: .udp, NetBIOS.inspectName),
        Row(
            .netbiosDatagram, "NetBIOS-DGM", udp: [138], "source name", "RFC 1002 section 4.4", over: .udp,
            NetBIOS.inspectDatagram),
        Row(
            .dns, "DNS", tcp: [53], udp: [53], "first question, response code, answers", "RFC 1035", over: both,
            DNS.inspect),
        Row(.mdns, "mDNS", udp: [5353], "as DNS; told by `.local` and by class bits that only mDNS has", "RFC 6762"),
        Row(.llmnr, "LLMNR", udp: [5355], "as DNS, from which only the port tells it", "RFC 4795"),
        Row(.dnsOverTLS, "DoT", tcp: [853], "as TLS; told by ALPN, or TLS on its port", "RFC 7858"),
        Row(.dnsOverQUIC, "DoQ", udp: [853], "as QUIC; told by ALPN", "RFC 9250"),
    ]
    static let web: [Row] = [
        Row(
            .http, "HTTP", tcp: [80, 8080], "method, Host, User-Agent, status", "RFC 9112, RFC 1945", over: streams,
            HTTP.inspect),
        Row(.webSocket, "WebSocket", "as HTTP; told by Upgrade", "RFC 6455"),
        Row(
            .ssdp, "SSDP", udp: [1900], "method, status, User-Agent", "UPnP Device Architecture 2.0", over: .udp,
            HTTP.inspectSSDP),
        Row(
            .http2, "HTTP/2", "connection preface; method, authority, User-Agent, status of the first request",
            "RFC 9113, RFC 7541", over: .tcp, HTTP2.inspect),
        Row(.grpc, "gRPC", "as HTTP/2; told by the content type of the first request", "gRPC over HTTP/2"),
        Row(.etcd, "etcd", tcp: [2379], "as HTTP/2; told by the path of the first request", "etcd API v3"),
        Row(
            .tls, "TLS", tcp: [443, 465, 636, 993, 995],
            "SNI, ALPN, version, cipher suite, certificate subject, JA3, JA3S, JA4",
            "RFC 8446, RFC 5246", over: .tcp, TLS.inspect),
        Row(.tlsSM, "TLS-SM", "as TLS; told by the server's choice of an SM4 suite", "RFC 8998"),
        Row(.tlcp, "TLCP", "as TLS; told by version 1.1 of TLCP", "GB/T 38636-2020"),
        Row(
            .dtls, "DTLS", "as TLS but for certificates, of hellos that are not fragmented", "RFC 6347, RFC 9147",
            over: .udp, DTLS.inspect),
        Row(
            .quic, "QUIC", udp: [443], "version, Google's own too; of decrypted Initials SNI, ALPN, JA4",
            "RFC 9000, RFC 9001, RFC 9369",
            over: .udp, QUIC.inspect),
    ]
    static let remote: [Row] = [
        Row(.ssh, "SSH", tcp: [22], "banners, HASSH of both sides", "RFC 4253", over: .tcp, SSH.inspect),
        Row(.vnc, "VNC", tcp: [5900], "protocol version", "RFC 6143", over: .tcp, VNC.inspect),
        Row(.rdp, "RDP", tcp: [3389], "connection request and confirm", "MS-RDPBCGR", over: .tcp, RDP.inspect),
        Row(.telnet, "Telnet", tcp: [23], "option negotiation", "RFC 854", over: .tcp, Telnet.inspect),
        Row(.smtp, "SMTP", tcp: [25, 587], "server's greeting", "RFC 5321", over: .tcp, Mail.inspectSMTP),
        Row(.imap, "IMAP", tcp: [143], "server's greeting", "RFC 9051", over: .tcp, Mail.inspectIMAP),
        Row(.pop3, "POP3", tcp: [110], "server's greeting", "RFC 1939", over: .tcp, Mail.inspectPOP3),
    ]
    static let files: [Row] = [
        Row(.ftp, "FTP", tcp: [21], "server's greeting", "RFC 959", over: .tcp, FTP.inspect),
        Row(.tftp, "TFTP", udp: [69], "request, mode, options", "RFC 1350, RFC 2347", over: .udp, TFTP.inspect),
        Row(.smb, "SMB", tcp: [445], "protocol identifier of SMB 2 and 3", "MS-SMB2", over: .tcp, SMB.inspect),
        Row(.smb1, "SMBv1", "protocol identifier", "MS-CIFS"),
        Row(
            .netbiosSession, "NetBIOS-SSN", tcp: [139], "session request", "RFC 1002 section 4.3", over: .tcp,
            NetBIOS.inspectSession),
        Row(.nfs, "NFS", tcp: [2049], udp: [2049], "program number of calls", "RFC 7530", over: both, ONCRPC.inspect),
        Row(.oncRPC, "ONC-RPC", tcp: [111], udp: [111], "program number of calls", "RFC 5531"),
        Row(
            .profinet, "PROFINET", udp: [34964], "object identifier of connectionless calls", "IEC 61158-6-10",
            over: .udp, DCERPC.inspectDatagram),
        Row(.dceRPC, "DCE-RPC", tcp: [135], "type, lengths", "C706", over: .tcp, DCERPC.inspect),
    ]
    static let directory: [Row] = [
        Row(.kerberos, "Kerberos", tcp: [88], udp: [88], "message type", "RFC 4120", over: both, Kerberos.inspect),
        Row(.snmp, "SNMP", udp: [161, 162], "version, PDU type", "RFC 3416, RFC 3412", over: both, SNMP.inspect),
        Row(.ldap, "LDAP", tcp: [389], udp: [389], "operation", "RFC 4511", over: both, LDAP.inspect),
        Row(.radius, "RADIUS", udp: [1812, 1813], "code, attributes' lengths", "RFC 2865", over: .udp, RADIUS.inspect),
        Row(
            .diameter, "Diameter", tcp: [3868], "command, first attribute", "RFC 6733", over: streams, Diameter.inspect),
    ]
    static let management: [Row] = [
        Row(.dhcp, "DHCP", udp: [67, 68], "host name", "RFC 2131", over: .udp, DHCP.inspect),
        Row(.dhcpv6, "DHCPv6", udp: [546, 547], "message type, options", "RFC 8415", over: .udp, DHCPv6.inspect),
        Row(.ntp, "NTP", udp: [123], "version, mode, stratum, precision", "RFC 5905", over: .udp, NTP.inspect),
        Row(
            .syslog, "syslog", tcp: [514], udp: [514], "priority, the form of the header", "RFC 5424, RFC 3164",
            over: both, Syslog.inspect),
        Row(
            .ipfix, "IPFIX", tcp: [4739], udp: [4739], "lengths of message and sets", "RFC 7011",
            over: [.tcp, .udp, .sctp], FlowExport.inspectIPFIX),
        Row(
            .netflow, "NetFlow", udp: [2055], "version, count, lengths (5 and 9)", "RFC 3954", over: .udp,
            FlowExport.inspectNetFlow),
        Row(
            .sflow, "sFlow", udp: [6343], "version, agent, first sample's length", "sFlow version 5", over: .udp,
            FlowExport.inspectSFlow),
    ]
    static let databases: [Row] = [
        Row(
            .mysql, "MySQL", tcp: [3306], "server's version", "MySQL client/server protocol", over: .tcp, MySQL.inspect),
        Row(
            .postgreSQL, "PostgreSQL", tcp: [5432], "startup, request for TLS",
            "PostgreSQL frontend/backend protocol 3", over: .tcp, PostgreSQL.inspect),
        Row(.tds, "TDS", tcp: [1433], "prelogin's options, login", "MS-TDS", over: .tcp, TDS.inspect),
        Row(.tns, "TNS", tcp: [1521], "connect's version and data", "observed traffic", over: .tcp, TNS.inspect),
        Row(
            .redis, "Redis", tcp: [6379], "commands and replies", "Redis serialization protocol", over: .tcp,
            Redis.inspect),
        Row(
            .mongoDB, "MongoDB", tcp: [27017], "operation, length, first section", "MongoDB wire protocol", over: .tcp,
            MongoDB.inspect),
        Row(
            .memcached, "Memcached", tcp: [11211], udp: [11211], "commands, replies, binary headers",
            "memcached protocol", over: both, Memcached.inspect),
        Row(
            .cassandra, "Cassandra", tcp: [9042], "version, operation, length", "CQL binary protocol 3 to 5",
            over: .tcp, Cassandra.inspect),
    ]
    static let messaging: [Row] = [
        Row(
            .kafka, "Kafka", tcp: [9092], "key, version and client of requests", "Kafka protocol", over: .tcp,
            Kafka.inspect),
        Row(.amqp, "AMQP", tcp: [5672], "protocol header", "AMQP 0-9-1, ISO/IEC 19464", over: .tcp, AMQP.inspect),
        Row(.mqtt, "MQTT", tcp: [1883], "CONNECT", "MQTT 3.1, 3.1.1, 5.0", over: .tcp, MQTT.inspect),
        Row(.nats, "NATS", tcp: [4222], "INFO, CONNECT", "NATS client protocol", over: .tcp, NATS.inspect),
        Row(.coap, "CoAP", udp: [5683], "version, code, options' lengths", "RFC 7252", over: .udp, CoAP.inspect),
    ]
    static let media: [Row] = [
        Row(.sip, "SIP", tcp: [5060], udp: [5060], "method, status, User-Agent", "RFC 3261", over: both, SIP.inspect),
        Row(.rtsp, "RTSP", tcp: [554], "method, status, User-Agent", "RFC 7826", over: .tcp, SIP.inspectRTSP),
        Row(
            .stun, "STUN", tcp: [3478], udp: [3478], "magic cookie, length, SOFTWARE", "RFC 8489", over: both,
            STUN.inspect),
        Row(
            .rtcp, "RTCP", "types and lengths of compound packets", "RFC 3550 section 6", over: .udp, RTP.inspectControl
        ),
        Row(.rtp, "RTP", "source and sequence of two packets", "RFC 3550 section 5", over: .udp, RTP.inspect),
    ]
    static let network: [Row] = [
        Row(.bgp, "BGP", tcp: [179], "marker, length, type", "RFC 4271", over: .tcp, BGP.inspect),
        Row(.ldp, "LDP", tcp: [646], udp: [646], "version, lengths, message type", "RFC 5036", over: both, LDP.inspect),
        Row(
            .vxlan, "VXLAN", udp: [4789], "flags, reserved octets, inner EtherType", "RFC 7348", over: .udp,
            VXLAN.inspect),
        Row(.socks, "SOCKS", tcp: [1080], "version, methods, request", "RFC 1928", over: .tcp, SOCKS.inspect),
        Row(.ike, "IKE", udp: [500, 4500], "version, exchange, length", "RFC 7296, RFC 2409", over: .udp, IKE.inspect),
        Row(
            .wireGuard, "WireGuard", udp: [51820], "type, reserved octets, length", "WireGuard white paper section 5.4",
            over: .udp, WireGuard.inspect),
        Row(
            .openVPN, "OpenVPN", tcp: [1194], udp: [1194], "the hard resets that begin a session", "OpenVPN protocol",
            over: both, OpenVPN.inspect),
        Row(
            .bitTorrent, "BitTorrent", tcp: [6881], udp: [6881], "handshake, DHT, trackers", "BEP 3, 5, 15", over: both,
            BitTorrent.inspect),
    ]
    static let industrial: [Row] = [
        Row(.s7, "S7", tcp: [102], "type, lengths", "observed traffic", over: .tcp, S7.inspect),
        Row(.iec104, "IEC-104", tcp: [2404], "control fields, lengths", "IEC 60870-5-104", over: .tcp, IEC104.inspect),
        Row(
            .dnp3, "DNP3", tcp: [20000], udp: [20000], "link header and its checksum", "IEEE 1815", over: both,
            DNP3.inspect),
        Row(
            .etherNetIP, "EtherNet/IP", tcp: [44818], udp: [44818], "command, length, options", "CIP volume 2",
            over: both, EtherNetIP.inspect),
        Row(.opcUA, "OPC-UA", tcp: [4840], "message type, length", "OPC 10000-6", over: .tcp, OPCUA.inspect),
        Row(
            .bacnet, "BACnet", udp: [47808], "function, length, network version", "ASHRAE 135 annex J", over: .udp,
            BACnet.inspect),
        Row(
            .modbus, "Modbus", tcp: [502], "lengths, function", "Modbus messaging on TCP/IP 1.0b", over: .tcp,
            Modbus.inspect),
    ]
}
