/* libFuzzer's entry point for programs that have a main of their own. A declaration only. */
#ifndef FLOWPROBE_CFUZZER_H
#define FLOWPROBE_CFUZZER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test_one_input)(const uint8_t *data, size_t size));

#endif
