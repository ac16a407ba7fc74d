// Panels of products of many rows: columns of w in the order, and as the floats, that simd/Gemm.h multiplies with.
#ifndef KERNELS_SIMD_GEMM_PANEL_H
#define KERNELS_SIMD_GEMM_PANEL_H

#include "GemmEnd.h"

// Columns of a panel.
enum { gemm_columns = 128 };

static size_t gemm_terms(const gemm *p) { return p->type == KERNEL_BF16 ? 2 : 1; }

typedef float gemm_four __attribute__((vector_size(16), aligned(4)));
typedef int32_t gemm_four_int __attribute__((vector_size(16), aligned(4)));

// Four rows of four four-byte elements, turned over.
#define GEMM_TURN(v)                                                                                                   \
    do {                                                                                                               \
        const gemm_four_int a_ = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5);                                      \
        const gemm_four_int b_ = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5);                                      \
        const gemm_four_int c_ = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7);                                      \
        const gemm_four_int d_ = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);                                      \
        v[0] = __builtin_shufflevector(a_, b_, 0, 1, 4, 5);                                                            \
        v[1] = __builtin_shufflevector(a_, b_, 2, 3, 6, 7);                                                            \
        v[2] = __builtin_shufflevector(c_, d_, 0, 1, 4, 5);                                                            \
        v[3] = __builtin_shufflevector(c_, d_, 2, 3, 6, 7);                                                            \
    } while (0)

// One unit of an output as the floats it holds: `low` and, of two bfloat16 numbers, `high`.
#define GEMM_LOW(unit) ((unit) << 16)
#define GEMM_HIGH(unit) ((unit) & (int32_t)0xffff0000)

// Sixteen columns of a panel, [terms·count, 16] floats, out of rows that belong to outputs, w[n, k]; zeros where there are
// no more outputs.
static void gemm_columns_of_outs(
    const int32_t *w, size_t step, size_t outs, size_t count, bool is_narrow, int32_t *columns) {
    const size_t width = is_narrow ? 2 * gemm_NR : gemm_NR;   // floats of a unit of all columns
    for (size_t n = 0; n < gemm_NR; n += 4) {
        size_t k = 0;
        for (; n + 4 <= outs && k + 4 <= count; k += 4) {
            gemm_four_int v[4];
            SIMD_UNROLL for (size_t i = 0; i < 4; i++) v[i] = *(const gemm_four_int *)(w + (n + i) * step + k);
            GEMM_TURN(v);
            SIMD_UNROLL for (size_t i = 0; i < 4; i++) {
                int32_t *to = columns + (k + i) * width + n;
                *(gemm_four_int *)to = is_narrow ? GEMM_LOW(v[i]) : v[i];
                if (is_narrow) *(gemm_four_int *)(to + gemm_NR) = GEMM_HIGH(v[i]);
            }
        }
        for (; k < count; k++)
            for (size_t i = n; i < n + 4; i++) {
                const int32_t unit = i < outs ? w[i * step + k] : 0;
                columns[k * width + i] = is_narrow ? GEMM_LOW((uint32_t)unit) : unit;
                if (is_narrow) columns[k * width + gemm_NR + i] = GEMM_HIGH(unit);
            }
    }
}

// The same out of rows that belong to inputs, w[k, n].
static void gemm_columns_of_inputs(
    const char *w, size_t step, size_t outs, size_t count, bool is_narrow, float *columns) {
    for (size_t k = 0; k < count; k++, columns += gemm_NR) {
        const float *wide = (const float *)w + k * step;
        const uint16_t *narrow = (const uint16_t *)w + k * step;
        if (is_narrow) PUT(columns, outs >= gemm_NR ? WIDENED(narrow) : SOME_WIDENED(narrow, outs));
        else PUT(columns, outs >= gemm_NR ? AT(wide) : SOME_OF(wide, outs, 0));
    }
}

// The panel's columns from `n` on, sixteen after sixteen, of `count` units from k on.
static void gemm_make_panel(const gemm *p, size_t n, size_t k, size_t count, float *panel) {
    const bool is_narrow = p->type == KERNEL_BF16;
    const size_t terms = gemm_terms(p), end = gemm_least(n + gemm_columns, p->outs);
    for (; n < end; n += gemm_NR, panel += terms * count * gemm_NR) {
        const size_t outs = gemm_least(gemm_NR, end - n);
        if (p->rows_are_outs)
            gemm_columns_of_outs(
                (const int32_t *)p->w + n * p->units + k, p->units, outs, count, is_narrow, (int32_t *)panel);
        else
            gemm_columns_of_inputs(
                (const char *)p->w + (terms * k * p->outs + n) * (is_narrow ? 2 : 4), p->outs, outs, terms * count,
                is_narrow, panel);
    }
}

#endif
