/* Builtins and system macros that Swift cannot spell. Static inline, no logic. */
#ifndef FLOWPROBE_CPLATFORM_H
#define FLOWPROBE_CPLATFORM_H

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Asks for the cache line at `address`, to be read soon. Never faults. */
static inline void flowprobe_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/* Asks for the cache line at `address`, to be written soon. Never faults. */
static inline void flowprobe_prefetch_write(const void *address) { __builtin_prefetch(address, 1, 3); }

/* sched_setaffinity(2) of the calling thread: `mask` has a bit for each processor, in `octets` octets. */
static inline int flowprobe_set_affinity(unsigned long octets, const void *mask) {
    return (int)syscall(SYS_sched_setaffinity, 0, octets, mask);
}

#endif
