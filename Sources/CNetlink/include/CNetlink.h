/* Declarations for netlink sockets (netlink(7)), and the one call that takes many datagrams at once. Static inline, no
   logic. */
#ifndef FLOWPROBE_CNETLINK_H
#define FLOWPROBE_CNETLINK_H

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* struct mmsghdr, which the system's headers show with _GNU_SOURCE only (docs/workarounds.md). */
struct flowprobe_mmsghdr {
    struct msghdr header;
    unsigned int octets;
};

/* recvmmsg(2) without a time limit. */
static inline int flowprobe_recvmmsg(int descriptor, struct flowprobe_mmsghdr *messages, unsigned int count, int flags) {
    return (int)syscall(SYS_recvmmsg, descriptor, messages, count, flags, 0L);
}

#endif
