// The end of every product of ours: sums in a buffer become rows of y.
#ifndef KERNELS_EPILOGUE_H
#define KERNELS_EPILOGUE_H

#include "../include/Kernels.h"
#include "Target.h"

// The first of thirty-two columns that there are, as bits.
TILE __mmask32 first_of_32(size_t count) { return count < 32 ? (1u << count) - 1 : ~0u; }

// 1 / d within two units in the last place, for d neither 0 nor infinite: a first guess and a step of Newton's.
TILE __m512 inverse(__m512 d) {
    const __m512 guess = _mm512_rcp14_ps(d);
    return _mm512_mul_ps(guess, _mm512_fnmadd_ps(d, guess, _mm512_set1_ps(2)));
}

// 2^x within two units in the last place: a polynomial on |x| <= 1/2 (at Chebyshev's points), and the exponent.
TILE __m512 power_of_2(__m512 x) {
    const __m512 whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m512 r = _mm512_sub_ps(x, whole);
    __m512 p = _mm512_set1_ps(1.546144472e-4f);
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.340042818e-3f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(9.618056678e-3f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.550327227e-2f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(2.402265092e-1f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(6.931472067e-1f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1));
    return _mm512_scalef_ps(p, whole);
}

// The formulas of Activations.h with fewer steps, and none of them a division: x·Φ(x) = max(x, 0) − |x|·Φ(−|x|).
TILE __m512 gelu(__m512 x) {
    const __m512 size = _mm512_min_ps(_mm512_set1_ps(64), _mm512_abs_ps(x));   // Φ(−64) is 0
    const __m512 d = _mm512_fmadd_ps(size, _mm512_set1_ps(0.3275911f * 0.70710678118654752f), _mm512_set1_ps(1));
    const __m512 t = inverse(d), square = _mm512_mul_ps(size, size);
    const __m512 power = power_of_2(_mm512_mul_ps(square, _mm512_set1_ps(-0.5f * 1.4426950408889634f)));
    __m512 p = _mm512_fmadd_ps(t, _mm512_set1_ps(0.5f * 1.061405429f), _mm512_set1_ps(0.5f * -1.453152027f));
    p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(0.5f * 1.421413741f));
    p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(0.5f * -0.284496736f));
    p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(0.5f * 0.254829592f));
    const __m512 tail = _mm512_mul_ps(_mm512_mul_ps(p, t), power);
    return _mm512_fnmadd_ps(size, tail, _mm512_max_ps(_mm512_setzero_ps(), x));
}

TILE __m512 quick_gelu(__m512 x) {
    const __m512 exponent = _mm512_mul_ps(x, _mm512_set1_ps(-1.702f * 1.4426950408889634f));
    const __m512 power = power_of_2(_mm512_min_ps(_mm512_set1_ps(126), exponent));   // so that its sum is finite
    return _mm512_mul_ps(x, inverse(_mm512_add_ps(power, _mm512_set1_ps(1))));
}

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
                UNROLL for (int i = 0; i < 4; i++) v[i] = gelu(v[i]);
            } else if (e->activation == KERNEL_QUICK_GELU) {
                UNROLL for (int i = 0; i < 4; i++) v[i] = quick_gelu(v[i]);
            } else if (e->activation == KERNEL_RELU) {   // in this order what is not a number stays so
                UNROLL for (int i = 0; i < 4; i++) v[i] = _mm512_max_ps(_mm512_setzero_ps(), v[i]);
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
