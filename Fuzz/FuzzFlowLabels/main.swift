import CFuzzer
import PacketFuzzing

var argumentCount = CommandLine.argc
// SAFETY: the process's own arguments.
var arguments = unsafe Optional(CommandLine.unsafeArgv)
// SAFETY: libFuzzer calls the function with `size` octets at `data`, valid during the call.
_ = unsafe LLVMFuzzerRunDriver(&argumentCount, &arguments) { data, size in
    let mistakes = labelThroughPath(unsafe Array(UnsafeBufferPointer(start: data, count: size))).mistakes
    precondition(mistakes.isEmpty, mistakes.joined(separator: "\n"))
    return 0
}
