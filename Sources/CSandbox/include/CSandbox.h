/* Declarations of what a process takes rights away from itself with: capabilities(7), landlock(7), seccomp(2). The C
   library has no functions for most of them. Static inline, no logic. */
#ifndef FLOWPROBE_CSANDBOX_H
#define FLOWPROBE_CSANDBOX_H

#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the system's headers show with _GNU_SOURCE only, which no header of ours may define (docs/workarounds.md). */
#define FLOWPROBE_O_PATH 010000000
extern pid_t gettid(void);
extern int setresuid(uid_t real, uid_t effective, uid_t saved);
extern int setresgid(gid_t real, gid_t effective, gid_t saved);
extern int getresuid(uid_t *real, uid_t *effective, uid_t *saved);
extern int getresgid(gid_t *real, gid_t *effective, gid_t *saved);

/* prctl(2) with the arguments that all options used here take. */
static inline int flowprobe_prctl(int option, unsigned long a, unsigned long b) {
    return prctl(option, a, b, 0UL, 0UL);
}

/* capget(2) and capset(2), of the calling thread: `data` is two structures. */
static inline int flowprobe_capget(struct __user_cap_header_struct *header, struct __user_cap_data_struct *data) {
    return (int)syscall(SYS_capget, header, data);
}
static inline int flowprobe_capset(struct __user_cap_header_struct *header, const struct __user_cap_data_struct *data) {
    return (int)syscall(SYS_capset, header, data);
}

/* landlock_create_ruleset(2): a descriptor, or with a flag and no attributes the version. */
static inline int flowprobe_landlock_create(const struct landlock_ruleset_attr *attributes, unsigned long octets,
                                            unsigned int flags) {
    return (int)syscall(444, attributes, octets, flags);
}
static inline int flowprobe_landlock_add(int ruleset, const struct landlock_path_beneath_attr *rule) {
    return (int)syscall(445, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0U);
}
static inline int flowprobe_landlock_restrict(int ruleset) { return (int)syscall(446, ruleset, 0U); }

/* seccomp(2) with a filter. */
static inline int flowprobe_seccomp(unsigned int flags, const struct sock_fprog *program) {
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
}

/* Any system call of two arguments: tests make those that a sandbox refuses. */
static inline long flowprobe_call(long number, long a, long b) { return syscall(number, a, b, 0L, 0L, 0L); }

#endif
