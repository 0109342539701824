/* Declarations for packet sockets with a ring (packet(7), TPACKET_V3) and network interfaces, with the two atomic
   accesses by which a block changes hands. Static inline, no logic. */
#ifndef FLOWPROBE_CPACKETRING_H
#define FLOWPROBE_CPACKETRING_H

#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* Reads a block's status; what the kernel wrote before it is then seen. */
static inline uint32_t flowprobe_load_acquire(const uint32_t *address) {
    return __atomic_load_n(address, __ATOMIC_ACQUIRE);
}

/* Writes a block's status; whatever was read of the block before has then been read. */
static inline void flowprobe_store_release(uint32_t *address, uint32_t value) {
    __atomic_store_n(address, value, __ATOMIC_RELEASE);
}

#endif
