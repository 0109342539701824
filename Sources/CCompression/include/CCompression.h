/* zlib's and zstd's declarations. zlib spells inflateInit2 and deflateInit2 as macros, which Swift cannot see: a wrapper
   each. Beside them the processor's own CRC-32C, which neither library has and Swift cannot spell. */
#ifndef FLOWPROBE_CCOMPRESSION_H
#define FLOWPROBE_CCOMPRESSION_H

#include <stdint.h>
#include <zlib.h>
#include <zstd.h>

static inline int flowprobe_inflate_init(z_stream *stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}

static inline int flowprobe_deflate_init(z_stream *stream, int level, int window_bits) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}

/* Whether the processor has a CRC-32C instruction, and one step of it: eight octets, or one. Only to be called when it
   has. Without SSE 4.2 in the compiler's target the step is a function of its own, which costs a call. */
#if defined(__x86_64__)
static inline int flowprobe_has_crc32c(void) { return __builtin_cpu_supports("sse4.2"); }

__attribute__((target("sse4.2"))) static inline uint64_t flowprobe_crc32c_8(uint64_t crc, uint64_t value) {
    return __builtin_ia32_crc32di(crc, value);
}

__attribute__((target("sse4.2"))) static inline uint32_t flowprobe_crc32c_1(uint32_t crc, uint8_t value) {
    return __builtin_ia32_crc32qi(crc, value);
}
#else
static inline int flowprobe_has_crc32c(void) { return 0; }
static inline uint64_t flowprobe_crc32c_8(uint64_t crc, uint64_t value) { return crc ^ value; }
static inline uint32_t flowprobe_crc32c_1(uint32_t crc, uint8_t value) { return crc ^ value; }
#endif

#endif
