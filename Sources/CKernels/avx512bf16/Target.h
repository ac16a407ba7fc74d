// What the kernels for processors with AVX-512 and its bfloat16 and whole-number products share.
#ifndef KERNELS_AVX512BF16_H
#define KERNELS_AVX512BF16_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define AVX512BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx512vnni")))
#define TILE AVX512BF16 static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

// Sixteen rows of sixteen four-byte elements, turned over.
TILE void transpose(__m512i *v) {
    __m512i a[16];
    UNROLL for (int i = 0; i < 8; i++) {
        a[2 * i] = _mm512_unpacklo_epi32(v[2 * i], v[2 * i + 1]);
        a[2 * i + 1] = _mm512_unpackhi_epi32(v[2 * i], v[2 * i + 1]);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        v[4 * i] = _mm512_unpacklo_epi64(a[4 * i], a[4 * i + 2]);
        v[4 * i + 1] = _mm512_unpackhi_epi64(a[4 * i], a[4 * i + 2]);
        v[4 * i + 2] = _mm512_unpacklo_epi64(a[4 * i + 1], a[4 * i + 3]);
        v[4 * i + 3] = _mm512_unpackhi_epi64(a[4 * i + 1], a[4 * i + 3]);
    }
    // Quarter q of v[4·i + j] now holds column 4·q + j of rows 4·i ..< 4·i + 4.
    UNROLL for (int j = 0; j < 4; j++) {
        const __m512i low = _mm512_shuffle_i32x4(v[j], v[4 + j], 0x88), high = _mm512_shuffle_i32x4(v[j], v[4 + j], 0xdd);
        const __m512i low2 = _mm512_shuffle_i32x4(v[8 + j], v[12 + j], 0x88);
        const __m512i high2 = _mm512_shuffle_i32x4(v[8 + j], v[12 + j], 0xdd);
        a[j] = _mm512_shuffle_i32x4(low, low2, 0x88);
        a[8 + j] = _mm512_shuffle_i32x4(low, low2, 0xdd);
        a[4 + j] = _mm512_shuffle_i32x4(high, high2, 0x88);
        a[12 + j] = _mm512_shuffle_i32x4(high, high2, 0xdd);
    }
    UNROLL for (int i = 0; i < 16; i++) v[i] = a[i];
}

// A panel [count, wide] of four-byte elements out of rows w[n, k] that lie `step` elements apart, for n < outs; zeros beyond.
TILE void transposed_rows(
    const size_t wide, const uint32_t *w, size_t step, size_t outs, size_t count, uint32_t *panel) {
    for (size_t n = 0; n < wide; n += 16)
        for (size_t k = 0; k < count; k += 16) {
            const __mmask16 some = count - k < 16 ? (1u << (count - k)) - 1 : 0xffff;
            __m512i v[16];
            UNROLL for (size_t i = 0; i < 16; i++)
                v[i] = n + i < outs ? _mm512_maskz_loadu_epi32(some, w + (n + i) * step + k) : _mm512_setzero_si512();
            transpose(v);
            UNROLL for (size_t i = 0; i < 16; i++)
                if (k + i < count) _mm512_storeu_si512(panel + (k + i) * wide + n, v[i]);
        }
}

#endif
