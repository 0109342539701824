/* zlib's and zstd's declarations. zlib spells inflateInit2 as a macro, which Swift cannot see: one wrapper. */
#ifndef FLOWPROBE_CCOMPRESSION_H
#define FLOWPROBE_CCOMPRESSION_H

#include <zlib.h>
#include <zstd.h>

static inline int flowprobe_inflate_init(z_stream *stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}

#endif
