import CSandbox
import Glibc

extension SystemCallFilter {
    /// Numbers of the system calls that are refused with EPERM.
    static let refusedCalls: [UInt32] =
        (programs + otherProcesses + fileSystems + kernel + clocks + namespaces + machine)
        .map { UInt32($0) }

    /// Starting programs.
    private static let programs = [SYS_execve, SYS_execveat]

    /// Looking into other processes and taking their descriptors.
    private static let otherProcesses = [
        SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_getfd, SYS_process_madvise,
        SYS_userfaultfd,
    ]

    /// Mounting, and files by other ways than their paths.
    private static let fileSystems = [
        SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_move_mount, SYS_open_tree, SYS_fsopen, SYS_fsconfig,
        SYS_fsmount, SYS_fspick, SYS_mount_setattr, SYS_swapon, SYS_swapoff, SYS_quotactl, SYS_open_by_handle_at,
        SYS_fanotify_init,
    ]

    /// The kernel itself: modules, other kernels, programs in it, its keys, its log, asynchronous system calls.
    private static let kernel = [
        SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_kexec_file_load, SYS_reboot, SYS_bpf,
        SYS_perf_event_open, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_syslog, SYS_acct, SYS_io_uring_setup,
        SYS_io_uring_enter, SYS_io_uring_register,
    ]

    /// Setting the time and the host's name.
    private static let clocks = [
        SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex, SYS_sethostname, SYS_setdomainname,
    ]

    /// Namespaces and execution domains. clone(2) is looked at for its flags.
    private static let namespaces = [SYS_unshare, SYS_setns, SYS_personality, SYS_vhangup]

    /// What only one kind of machine has.
    #if arch(x86_64)
        private static let machine = [SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib, SYS_kexec_file_load]
    #else
        private static let machine: [Int32] = []
    #endif
}
