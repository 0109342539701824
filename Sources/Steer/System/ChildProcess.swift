import Foundation
import Glibc

/// A program as a child process, by posix_spawn and waitpid. Foundation's `Process` learns of a child's end through a run
/// loop of its own, which was once seen not to start: the child had ended, and the wait did not (docs/workarounds.md).
enum ChildProcess {
    /// Runs the program at `words[0]` to its end, and kills it when it takes longer than `longest`. Its exit code; 128 and
    /// the signal's number when a signal ended it.
    static func run(
        _ words: [String], environment: [String], input: FileHandle, output: FileHandle, errors: FileHandle,
        longest: Duration
    ) throws(SteerError) -> Int32 {
        // SAFETY: initialised here, used by the calls below, destroyed at the end.
        var actions = unsafe posix_spawn_file_actions_t()
        _ = unsafe posix_spawn_file_actions_init(&actions)
        // SAFETY: as above; nothing uses them afterwards.
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        for (target, file) in [input, output, errors].enumerated() {
            // SAFETY: the actions are initialised; the descriptors are open until the caller lets go of the handles.
            _ = unsafe posix_spawn_file_actions_adddup2(&actions, file.fileDescriptor, Int32(target))
        }
        // SAFETY: copies of the words, which live until they are freed below, ended by nil as the call wants them.
        let arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        // SAFETY: likewise.
        let variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer {
            // SAFETY: each came from strdup, and is freed once; the index is within the array.
            for index in unsafe arguments.indices { unsafe free(arguments[index]) }
            for index in unsafe variables.indices { unsafe free(variables[index]) }
        }
        var child: pid_t = 0
        // SAFETY: all arguments outlive the call, which keeps none of them.
        let failure = unsafe posix_spawn(&child, words[0], &actions, nil, arguments, variables)
        guard failure == 0 else {
            throw SteerError(.system, "\(words[0]) cannot be run: \(SystemFiles.reason(failure)).")
        }
        let started = ContinuousClock.now
        var status: Int32 = 0
        while true {
            // SAFETY: the call writes the status.
            let ended = unsafe waitpid(child, &status, WNOHANG)
            if ended == child { break }
            guard ended == 0 || errno == EINTR else {
                throw SteerError(.system, "The end of \(words[0]) cannot be waited for: \(SystemFiles.reason(errno)).")
            }
            let elapsed = ContinuousClock.now - started
            if elapsed > longest { kill(child, SIGKILL) }
            usleep(elapsed < .milliseconds(50) ? 500 : 5000)
        }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
