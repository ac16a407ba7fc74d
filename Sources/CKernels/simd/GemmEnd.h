// The end of products of many rows in the compiler's vectors: sums in a buffer become rows of y.
#ifndef KERNELS_SIMD_GEMM_END_H
#define KERNELS_SIMD_GEMM_END_H

#include "../include/Kernels.h"
#include "Activations.h"
#include "Simd.h"

// Columns of a tile of sums.
enum { gemm_NR = 16 };

static size_t gemm_least(size_t a, size_t b) { return a < b ? a : b; }

// The end of a tile of sums, [rows, 16], whose columns begin at `column`.
__attribute__((unused)) static void gemm_end(const gemm *p, size_t row, size_t rows, size_t column, const float *sums) {
    const kernel_epilogue *e = &p->end;
    const size_t left = gemm_least(gemm_NR, p->outs - column);
    const simd bias = e->bias ? SOME_OF(e->bias + column, left, 0) : ALL(0);
    for (size_t r = 0; r < rows; r++) {
        const size_t at = (row + r) * p->outs + column;
        simd y = AT(sums + r * gemm_NR);
        if (e->bias) y = y + bias;
        if (e->activation == KERNEL_GELU) y = GELU(y);
        else if (e->activation == KERNEL_QUICK_GELU) y = QUICK_GELU(y);
        else if (e->activation == KERNEL_RELU) y = RELU(y);
        if (left == gemm_NR) {
            if (e->addend) y = AT(e->addend + at) + y;
            if (e->type == KERNEL_F32) PUT((float *)e->y + at, y);
            else PUT_ROUNDED((uint16_t *)e->y + at, y);
        } else {
            if (e->addend) y = SOME_OF(e->addend + at, left, 0) + y;
            if (e->type == KERNEL_F32) PUT_SOME((float *)e->y + at, left, y);
            else PUT_SOME_ROUNDED((uint16_t *)e->y + at, left, y);
        }
    }
}

#endif
