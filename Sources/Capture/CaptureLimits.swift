/// The most captured octets a packet may have: 256 KiB, what tcpdump, dumpcap and libpcap use as their largest snapshot
/// length. A larger claim is taken for damage, which bounds every buffer and every search for the next sound record.
package let maximumCapturedOctets = 262_144

/// The most interfaces one pcapng section may describe. Real captures have some tens.
package let maximumInterfaces = 4096

/// The longest stretch of input that must be in memory at once: three records of the largest size with their headers,
/// which is what the search for the next sound record looks at.
let lookaheadOctets = 1 << 20

/// The longest pcapng packet block: the largest packet and 64 KiB of options and headers.
let maximumPacketBlockOctets = maximumCapturedOctets + 65_536

/// How much is read at a time. Larger blocks fall out of a core's second-level cache (see docs/performance.md).
let blockOctets = 256 * 1024

/// The longest pcapng block other than a packet that is passed over; a longer one is taken for damage. It bounds what one
/// corrupted length can cost.
let maximumPassedBlockOctets = 16 << 20
