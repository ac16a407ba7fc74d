// Tiles of products of few rows: some rows of x with one run of a panel's outputs, or of a few panels', summed in registers.
#ifndef KERNELS_SIMD_SKINNY_TILE_H
#define KERNELS_SIMD_SKINNY_TILE_H

#include "../include/Kernels.h"
#include "Activations.h"
#include "Simd.h"

// Rows of a tile at most, and of one that has the whole panel's outputs, not one half of them and then the other: what
// fits into sixteen registers of eight floats, or thirty-two of four.
#ifndef SKINNY_TILE_ROWS
#define SKINNY_TILE_ROWS 6
#define SKINNY_WHOLE_ROWS 3
#endif

// Outputs of a panel, two vectors of sixteen.
enum { skinny_NR = 32, skinny_MR = SKINNY_TILE_ROWS };

// One row reads up to so many panels side by side: a processor looks ahead for each, and one such look is slower than memory.
enum { skinny_abreast = 3 };

// Weights are read once and in order, but the processor's own look ahead ends with each page of 4 KB. So a single pass over
// them asks for what lies so many bytes ahead. Of several passes the first would wait for memory and the others not; there
// each asks for its share of the run after.
#ifndef SKINNY_AHEAD
#define SKINNY_AHEAD 512
#endif
#define SKINNY_FETCH(w) __builtin_prefetch(w, 0, 2)

// One run of one panel, as the tiles see it.
typedef struct {
    const skinny_gemm *product;
    const char *w;             // the run's first unit
    const float *x;            // [rows, terms·units] floats of the run's first unit; for whole numbers as the product has them
    size_t step, units;        // floats, or units, from row to row; units of the run
    size_t apart;              // bytes from a panel to the one after
    bool first, last;          // of the runs
    const char *next;          // the run after this one, its units as many
    float *partial;            // [rows, panels · NR]: sums of the runs before
    size_t panels;             // read side by side
    size_t column, outs;       // where their outputs begin, and how many there are
} skinny_run;

// Bytes from a unit's first vector of weights to its h-th, each of `width` bytes; the third is the next panel's.
#define SKINNY_VECTOR(h, width) ((h) / 2 * apart + (h) % 2 * (width))

// What a pass of a tile over its run asks memory for.
typedef struct {
    const char *from;
    size_t pace;               // bytes with each unit
} skinny_ask;

// The tile has R rows from `row` on and H vectors of the panel's outputs from `n` on; `bytes` are a unit's in the panel.
SIMD_INLINE skinny_ask skinny_asked(
    const size_t R, const size_t H, const size_t bytes, const skinny_run *run, size_t row, size_t n) {
    const size_t whole = 2 * run->product->rows, before = 2 * row + (n > 0 ? R : 0);   // in half rows
    if (whole <= R * H) return (skinny_ask){run->w + SKINNY_AHEAD, bytes};
    return (skinny_ask){run->next + before * run->units * bytes / whole, (R * H * bytes + whole - 1) / whole};
}

#define SKINNY_OF(pointer) (whole ? AT(pointer) : SOME_OF(pointer, left, 0))

// A tile's sums [rows, halves, 16], from the panel's output `n` on, become a part of y, or wait for the runs after.
static void skinny_end(const skinny_run *run, size_t row, size_t rows, size_t n, size_t halves, const float *sums) {
    const skinny_gemm *p = run->product;
    const kernel_epilogue *e = &p->end;
    for (size_t i = 0; i < rows * halves; i++) {
        const size_t own_row = row + i / halves, own_n = n + i % halves * 16;
        float *before = run->partial + own_row * skinny_NR + own_n;
        simd y = AT(sums + 16 * i);
        if (!run->first) y = AT(before) + y;
        if (!run->last) PUT(before, y);
        if (!run->last || own_n >= run->outs) continue;
        const size_t left = run->outs - own_n, column = run->column + own_n, at = own_row * p->outs + column;
        const bool whole = left >= 16;
        if (p->type == KERNEL_INT8) {
            y = y * SKINNY_OF(p->w_scales + column);
            y = y * p->x_scales[own_row];
        }
        if (e->bias) y = y + SKINNY_OF(e->bias + column);
        if (e->activation == KERNEL_GELU) y = GELU(y);
        else if (e->activation == KERNEL_QUICK_GELU) y = QUICK_GELU(y);
        else if (e->activation == KERNEL_RELU) y = RELU(y);
        if (e->addend) y = SKINNY_OF(e->addend + at) + y;
        if (e->type == KERNEL_F32 && whole) PUT((float *)e->y + at, y);
        else if (e->type == KERNEL_F32) PUT_SOME((float *)e->y + at, left, y);
        else if (whole) PUT_ROUNDED((uint16_t *)e->y + at, y);
        else PUT_SOME_ROUNDED((uint16_t *)e->y + at, left, y);
    }
}

// From one row of x to others that lie so many bytes apart there is no sum in the loop: an odd number of rows, once, twice
// or four times over, is what an address can say. The compiler would sum up what it knows, so it is not told.
typedef struct {
    size_t odd[6];
} skinny_steps;

SIMD_INLINE skinny_steps skinny_steps_of(const int R, size_t step) {
    skinny_steps steps;
    SIMD_UNROLL for (int i = 0; i < 6; i++) {
        steps.odd[i] = (2 * (size_t)i + 1) * step;
        if (2 * i + 1 < R) __asm__("" : "+r"(steps.odd[i]));
    }
    return steps;
}

#define SKINNY_ROW(r)                                                                                                  \
    ((r) == 0       ? 0                                                                                                \
     : (r) % 2 == 1 ? steps->odd[(r) / 2]                                                                              \
     : (r) % 4 == 2 ? steps->odd[(r) / 4] * 2                                                                          \
     : (r) % 8 == 4 ? steps->odd[(r) / 8] * 4                                                                          \
                    : steps->odd[0] * 8)

typedef simd skinny_sums[skinny_MR][2 * skinny_abreast];

// Sums of whole numbers are exact in any order. SKINNY_PAIRS: x's two numbers, in thirty-two bits, times two of each
// output, summed.
#if !defined(SKINNY_PAIRS)
typedef int16_t simd_signed __attribute__((vector_size(32), aligned(1)));
#define SKINNY_PAIRS(both, w)                                                                                          \
    ({                                                                                                                 \
        const simd_int w_ = __builtin_convertvector(*(const simd_signed *)(w), simd_int);                              \
        (w_ << 24 >> 24) * (int32_t)(int16_t)(both) + (w_ >> 8) * ((both) >> 16);                                      \
    })
#endif

// Bytes of a panel's unit, and of one of x as it is read.
#define SKINNY_W(type) ((type) == KERNEL_INT8 ? 64 : 128)
#define SKINNY_X(type) ((type) == KERNEL_BF16 ? 8 : 4)

// What one unit, at these places, adds to the sums of R rows and H vectors of outputs. Of two bfloat16 numbers one after the
// other, each for all rows: registers hold the sums and one of the two. Sums of whole numbers are such, in their bits.
SIMD_INLINE void skinny_unit(
    const kernel_type type, const int R, const int H, const char *x, const skinny_steps *steps, const char *w,
    size_t apart, skinny_sums sums) {
    SIMD_UNROLL for (int h = 0; h < H; h++) {
        const char *own = w + SKINNY_VECTOR(h, SKINNY_W(type) / 2);
        switch (type) {
        case KERNEL_F32: {
            const simd all = AT((const float *)own);
            SIMD_UNROLL for (int r = 0; r < R; r++) sums[r][h] += all * *(const float *)(x + SKINNY_ROW(r));
            break;
        }
        case KERNEL_BF16: {
            const simd_int both = *(const simd_int *)own;
            const simd even = (simd)(both << 16), odd = (simd)(both & (int32_t)0xffff0000);
            SIMD_UNROLL for (int r = 0; r < R; r++) sums[r][h] += even * *(const float *)(x + SKINNY_ROW(r));
            SIMD_UNROLL for (int r = 0; r < R; r++) sums[r][h] += odd * *(const float *)(x + 4 + SKINNY_ROW(r));
            break;
        }
        case KERNEL_INT8:
            SIMD_UNROLL for (int r = 0; r < R; r++)
                sums[r][h] = (simd)((simd_int)sums[r][h] + SKINNY_PAIRS(*(const int32_t *)(x + SKINNY_ROW(r)), own));
            break;
        }
    }
}

// R rows from `row` on with H vectors of the panel's outputs from `n` on. The first three are known where this is inlined.
SIMD_INLINE void skinny_tile(
    const kernel_type type, const int R, const int H, const skinny_run *run, size_t row, size_t n) {
    const size_t apart = run->apart;
    const char *x = (const char *)(run->x + row * run->step), *w = run->w + SKINNY_W(type) / 32 * n;
    const skinny_steps steps = skinny_steps_of(R, 4 * run->step);
    skinny_ask ask = skinny_asked(R, H, SKINNY_W(type), run, row, n);
    skinny_sums sums;
    SIMD_UNROLL for (int r = 0; r < R; r++)
        SIMD_UNROLL for (int h = 0; h < H; h++) sums[r][h] = ALL(0);
    size_t left = run->units;
    for (; left >= 4; left -= 4, x += 4 * SKINNY_X(type), w += 4 * SKINNY_W(type))
        SIMD_UNROLL for (int i = 0; i < 4; i++) {
            SIMD_UNROLL for (int h = 0; h < H; h += type == KERNEL_INT8 ? 2 : 1)
                SKINNY_FETCH(ask.from + SKINNY_VECTOR(h, 64));
            ask.from += ask.pace;
            skinny_unit(type, R, H, x + i * SKINNY_X(type), &steps, w + i * SKINNY_W(type), apart, sums);
        }
    for (; left > 0; left--, x += SKINNY_X(type), w += SKINNY_W(type)) skinny_unit(type, R, H, x, &steps, w, apart, sums);
    float ready[skinny_MR * 32];
    SIMD_UNROLL for (int r = 0; r < R; r++)
        SIMD_UNROLL for (int h = 0; h < H; h++) {
            const simd_int whole = (simd_int)sums[r][h];
            PUT(ready + (r * H + h) * 16, type == KERNEL_INT8 ? __builtin_convertvector(whole, simd) : sums[r][h]);
        }
    skinny_end(run, row, R, n, H, ready);
}

#endif
