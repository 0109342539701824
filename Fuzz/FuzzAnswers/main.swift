import AnswerFuzzing
import CFuzzer

var argumentCount = CommandLine.argc
// SAFETY: the process's own arguments.
var arguments = unsafe Optional(CommandLine.unsafeArgv)
// SAFETY: libFuzzer calls the function with `size` octets at `data`, valid during the call.
_ = unsafe LLVMFuzzerRunDriver(&argumentCount, &arguments) { data, size in
    _ = checkAnswer(unsafe Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}
