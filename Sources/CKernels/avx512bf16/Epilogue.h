// The end of every product of ours: sums in a buffer become rows of y.
#ifndef KERNELS_EPILOGUE_H
#define KERNELS_EPILOGUE_H

#include "../include/Kernels.h"
#include "../simd/Activations.h"
#include "Target.h"

// The first of thirty-two columns that there are, as bits.
TILE __mmask32 first_of_32(size_t count) { return count < 32 ? (1u << count) - 1 : ~0u; }

// Sums [rows, width], width a multiple of 32, whose first `columns` columns belong to y[row..., column...] of rows of
// `outs` numbers. There is room for an even number of rows.
AVX512BF16 __attribute__((noinline, unused)) static void write_out(
    const kernel_epilogue *e, size_t outs, size_t row, size_t column, size_t columns, size_t rows, const float *sums,
    size_t width) {
    for (size_t n = 0; n < width && n < columns; n += 32) {
        const __mmask32 both = first_of_32(columns - n);
        const __mmask16 some[2] = {(__mmask16)both, (__mmask16)(both >> 16)};
        __m512 shift[2];
        UNROLL for (int i = 0; i < 2; i++)
            shift[i] = e->bias ? _mm512_maskz_loadu_ps(some[i], e->bias + column + n + 16 * i) : _mm512_setzero_ps();
        for (size_t r = 0; r < rows; r += 2) {   // two rows at once: an activation's steps wait for each other
            __m512 v[4];
            UNROLL for (int i = 0; i < 4; i++)
                v[i] = _mm512_add_ps(_mm512_load_ps(sums + (r + i / 2) * width + n + i % 2 * 16), shift[i % 2]);
            if (e->activation == KERNEL_GELU) {
                UNROLL for (int i = 0; i < 4; i++) v[i] = (__m512)GELU((simd)v[i]);
            } else if (e->activation == KERNEL_QUICK_GELU) {
                UNROLL for (int i = 0; i < 4; i++) v[i] = (__m512)QUICK_GELU((simd)v[i]);
            }
            for (size_t j = 0; j < 2 && r + j < rows; j++) {
                const size_t at = (row + r + j) * outs + column + n;
                __m512 low = j ? v[2] : v[0], high = j ? v[3] : v[1];
                if (e->addend) {
                    low = _mm512_add_ps(_mm512_maskz_loadu_ps(some[0], e->addend + at), low);
                    high = _mm512_add_ps(_mm512_maskz_loadu_ps(some[1], e->addend + at + 16), high);
                }
                if (e->type == KERNEL_F32) {
                    _mm512_mask_storeu_ps((float *)e->y + at, some[0], low);
                    _mm512_mask_storeu_ps((float *)e->y + at + 16, some[1], high);
                } else {
                    _mm512_mask_storeu_epi16((uint16_t *)e->y + at, both, (__m512i)_mm512_cvtne2ps_pbh(high, low));
                }
            }
        }
    }
}

#endif
