/// The protocols that flows are labelled with. The numbers are frozen: they are the selectors of `applicationId`
/// (RFC 6759), and are never given to another protocol.
package enum ApplicationLabel: UInt16, Sendable, CaseIterable {
    case dns = 1
    case mdns = 2
    case llmnr = 3
    case dnsOverTLS = 4
    case dnsOverQUIC = 5
    case http = 10
    case http2 = 11
    case webSocket = 12
    case grpc = 13
    case etcd = 14
    case ssdp = 15
    case tls = 20
    case tlsSM = 21
    case tlcp = 22
    case dtls = 23
    case quic = 24
    case ssh = 30
    case telnet = 31
    case rdp = 32
    case vnc = 33
    case smtp = 40
    case imap = 41
    case pop3 = 42
    case ftp = 50
    case tftp = 51
    case smb1 = 52
    case smb = 53
    case nfs = 54
    case oncRPC = 55
    case dceRPC = 56
    case netbiosName = 57
    case netbiosDatagram = 58
    case netbiosSession = 59
    case kerberos = 60
    case ldap = 61
    case radius = 62
    case diameter = 63
    case dhcp = 70
    case dhcpv6 = 71
    case ntp = 72
    case snmp = 73
    case syslog = 74
    case netflow = 75
    case ipfix = 76
    case sflow = 77
    case mysql = 80
    case postgreSQL = 81
    case tds = 82
    case tns = 83
    case redis = 84
    case mongoDB = 85
    case memcached = 86
    case cassandra = 87
    case kafka = 90
    case amqp = 91
    case mqtt = 92
    case nats = 93
    case coap = 94
    case sip = 100
    case rtp = 101
    case rtcp = 102
    case stun = 103
    case rtsp = 104
    case bgp = 110
    case ldp = 111
    case vxlan = 112
    case socks = 120
    case ike = 121
    case wireGuard = 122
    case openVPN = 123
    case bitTorrent = 124
    case modbus = 130
    case s7 = 131
    case dnp3 = 132
    case iec104 = 133
    case etherNetIP = 134
    case opcUA = 135
    case bacnet = 136
    case profinet = 137

    /// The label's name, as `applicationName` and JSON have it.
    package var name: String { LabelCatalogue.row(of: self).name }

    /// Whether the label is given for its port alone, and its payload is another label's: no payload tells it from that.
    package var needsPort: Bool { self == .llmnr }
}
