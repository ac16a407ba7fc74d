// What the kernels for processors with AVX-512 and its bfloat16 and whole-number products share.
#ifndef KERNELS_AVX512BF16_H
#define KERNELS_AVX512BF16_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "../simd/Turn.h"

#define AVX512BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx512vnni")))
#define TILE AVX512BF16 static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

// A panel [count, wide] of four-byte elements out of rows w[n, k] that lie `step` elements apart, for n < outs; zeros beyond.
TILE void transposed_rows(
    const size_t wide, const uint32_t *w, size_t step, size_t outs, size_t count, uint32_t *panel) {
    for (size_t n = 0; n < wide; n += 16)
        for (size_t k = 0; k < count; k += 16) {
            const __mmask16 some = count - k < 16 ? (1u << (count - k)) - 1 : 0xffff;
            words v[16];
            UNROLL for (size_t i = 0; i < 16; i++)
                v[i] = (words)(n + i < outs ? _mm512_maskz_loadu_epi32(some, w + (n + i) * step + k)
                                            : _mm512_setzero_si512());
            turn_words(v);
            UNROLL for (size_t i = 0; i < 16; i++)
                if (k + i < count) *(words *)(panel + (k + i) * wide + n) = v[i];
        }
}

#endif
