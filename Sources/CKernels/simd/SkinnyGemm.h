// Products of few rows in the compiler's vectors, included by each class. Weights come in their own type, half or a quarter
// of a float's bytes, and are widened in registers: what such a product waits for is memory.
#ifndef KERNELS_SIMD_SKINNY_GEMM_H
#define KERNELS_SIMD_SKINNY_GEMM_H

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

// Weights are read once and in order, but the processor's own look ahead ends with each page of 4 KB. So a single pass over
// them asks for what lies that far ahead. Of several passes the first would wait for memory and the others not; there each
// asks for its share of the run after.
enum { skinny_ahead = 4096 };
#define SKINNY_FETCH(w) __builtin_prefetch(w, 0, 2)

// One run of one panel, as the tiles see it.
typedef struct {
    const skinny_gemm *product;
    const char *w;             // the run's first unit
    const float *x;            // [rows, terms·units] floats of the run's first unit; for whole numbers as the product has them
    size_t step, units;        // floats, or units, from row to row; units of the run
    bool first, last;          // of the runs
    const char *next;          // the run after this one, its units as many
    float *partial;            // [rows, NR]: sums of the runs before
    size_t column, outs;       // where the panel's outputs begin, and how many there are
} skinny_run;

// What a pass of a tile over its run asks memory for.
typedef struct {
    const char *from;
    size_t pace;               // bytes with each unit
} skinny_ask;

// The tile has R rows from `row` on and H vectors of the panel's outputs from `n` on; `bytes` are a unit's in the panel.
SIMD_INLINE skinny_ask skinny_asked(
    const size_t R, const size_t H, const size_t bytes, const skinny_run *run, size_t row, size_t n) {
    const size_t whole = 2 * run->product->rows, before = 2 * row + (n > 0 ? R : 0);   // in half rows
    if (whole == R * H) return (skinny_ask){run->w + skinny_ahead, bytes};
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

// R rows from `row` on with H vectors of the panel's outputs from `n` on. R and H are known where this is inlined.
SIMD_INLINE void skinny_tile_f32(const int R, const int H, const skinny_run *run, size_t row, size_t n) {
    simd sums[skinny_MR][2];
    SIMD_UNROLL for (int r = 0; r < R; r++)
        SIMD_UNROLL for (int h = 0; h < H; h++) sums[r][h] = ALL(0);
    const float *x = run->x + row * run->step, *w = (const float *)run->w + n;
    skinny_ask ask = skinny_asked(R, H, 128, run, row, n);
    for (size_t k = 0; k < run->units; k++, w += skinny_NR, ask.from += ask.pace)
        SIMD_UNROLL for (int h = 0; h < H; h++) {
            const simd own = AT(w + 16 * h);
            SKINNY_FETCH(ask.from + 64 * h);
            SIMD_UNROLL for (int r = 0; r < R; r++) sums[r][h] += own * x[r * run->step + k];
        }
    float ready[skinny_MR * 32];
    SIMD_UNROLL for (int r = 0; r < R; r++)
        SIMD_UNROLL for (int h = 0; h < H; h++) PUT(ready + (r * H + h) * 16, sums[r][h]);
    skinny_end(run, row, R, n, H, ready);
}

// The two numbers of a unit one after the other, each for all rows: registers hold the sums and one of the two.
SIMD_INLINE void skinny_tile_bf16(const int R, const int H, const skinny_run *run, size_t row, size_t n) {
    simd sums[skinny_MR][2];
    SIMD_UNROLL for (int r = 0; r < R; r++)
        SIMD_UNROLL for (int h = 0; h < H; h++) sums[r][h] = ALL(0);
    const float *x = run->x + row * run->step;
    const int32_t *w = (const int32_t *)run->w + n;
    skinny_ask ask = skinny_asked(R, H, 128, run, row, n);
    for (size_t k = 0; k < run->units; k++, w += skinny_NR, ask.from += ask.pace)
        SIMD_UNROLL for (int h = 0; h < H; h++) {
            const simd_int both = *(const simd_int *)(w + 16 * h);
            SKINNY_FETCH(ask.from + 64 * h);
            const simd even = (simd)(both << 16), odd = (simd)(both & (int32_t)0xffff0000);
            SIMD_UNROLL for (int r = 0; r < R; r++) sums[r][h] += even * x[r * run->step + 2 * k];
            SIMD_UNROLL for (int r = 0; r < R; r++) sums[r][h] += odd * x[r * run->step + 2 * k + 1];
        }
    float ready[skinny_MR * 32];
    SIMD_UNROLL for (int r = 0; r < R; r++)
        SIMD_UNROLL for (int h = 0; h < H; h++) PUT(ready + (r * H + h) * 16, sums[r][h]);
    skinny_end(run, row, R, n, H, ready);
}

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

SIMD_INLINE void skinny_tile_int8(const int R, const int H, const skinny_run *run, size_t row, size_t n) {
    simd_int sums[skinny_MR][2];
    SIMD_UNROLL for (int r = 0; r < R; r++)
        SIMD_UNROLL for (int h = 0; h < H; h++) sums[r][h] = (simd_int){};
    const int32_t *x = (const int32_t *)run->x + row * run->step;
    const char *w = run->w + 2 * n;
    skinny_ask ask = skinny_asked(R, H, 64, run, row, n);
    for (size_t k = 0; k < run->units; k++, w += 2 * skinny_NR, ask.from += ask.pace) {
        SKINNY_FETCH(ask.from);
        SIMD_UNROLL for (int r = 0; r < R; r++)
            SIMD_UNROLL for (int h = 0; h < H; h++) sums[r][h] += SKINNY_PAIRS(x[r * run->step + k], w + 32 * h);
    }
    float ready[skinny_MR * 32];
    SIMD_UNROLL for (int r = 0; r < R; r++)
        SIMD_UNROLL for (int h = 0; h < H; h++) PUT(ready + (r * H + h) * 16, __builtin_convertvector(sums[r][h], simd));
    skinny_end(run, row, R, n, H, ready);
}

// All rows, in tiles of equal height, as nearly as can be.
#define SKINNY_ROWS(TILE, R)                                                                                           \
    case R:                                                                                                            \
        if (R > SKINNY_TILE_ROWS) break;                                                                               \
        if (R <= SKINNY_WHOLE_ROWS) {                                                                                  \
            TILE(R, 2, run, row, 0);                                                                                   \
        } else {                                                                                                       \
            TILE(R, 1, run, row, 0);                                                                                   \
            TILE(R, 1, run, row, 16);                                                                                  \
        }                                                                                                              \
        break
#define SKINNY_PANEL(NAME, TILE, MOST)                                                                                 \
    static void NAME(const skinny_run *run) {                                                                          \
        const size_t all = run->product->rows, tiles = (all + MOST - 1) / MOST;                                        \
        for (size_t tile = 0; tile < tiles; tile++) {                                                                  \
            const size_t row = all * tile / tiles, end = all * (tile + 1) / tiles;                                     \
            switch (end - row) {                                                                                       \
                SKINNY_ROWS(TILE, 1);                                                                                  \
                SKINNY_ROWS(TILE, 2);                                                                                  \
                SKINNY_ROWS(TILE, 3);                                                                                  \
                SKINNY_ROWS(TILE, 4);                                                                                  \
                SKINNY_ROWS(TILE, 5);                                                                                  \
                SKINNY_ROWS(TILE, 6);                                                                                  \
                SKINNY_ROWS(TILE, 7);                                                                                  \
                SKINNY_ROWS(TILE, 8);                                                                                  \
                SKINNY_ROWS(TILE, 9);                                                                                  \
                SKINNY_ROWS(TILE, 10);                                                                                 \
                SKINNY_ROWS(TILE, 11);                                                                                 \
                SKINNY_ROWS(TILE, 12);                                                                                 \
            }                                                                                                          \
        }                                                                                                              \
    }
SKINNY_PANEL(skinny_panel_f32, skinny_tile_f32, SKINNY_TILE_ROWS)
SKINNY_PANEL(skinny_panel_bf16, skinny_tile_bf16, (SKINNY_TILE_ROWS - 1))
SKINNY_PANEL(skinny_panel_int8, skinny_tile_int8, 4)

// Units of the longest run: 832 keep rows of x in a first-level cache and a panel's in the second; of whole numbers 256
// units add 512 products of at most 127 · 32767, which thirty-two bits hold.
static size_t skinny_KC(kernel_type type) { return type == KERNEL_INT8 ? 256 : 832; }

// Sums of runs, and x in floats where it is bfloat16.
static size_t skinny_room(size_t rows, size_t units, kernel_type type) {
    return rows * skinny_NR * sizeof(float) + (type == KERNEL_BF16 ? rows * units * 2 * sizeof(float) : 0);
}

static void skinny_run_panels(const skinny_gemm *p, size_t from, size_t to, size_t after, void *room) {
    const size_t bytes = p->type == KERNEL_INT8 ? 64 : 128, terms = p->type == KERNEL_BF16 ? 2 : 1;
    const size_t runs = (p->units + skinny_KC(p->type) - 1) / skinny_KC(p->type);
    const size_t final = (p->outs + skinny_NR - 1) / skinny_NR - 1;   // of all panels
    const char *w = (const char *)p->w + from * p->units * bytes;
    const char *of_next = (const char *)p->w + (after < final ? after : final) * p->units * bytes;
    skinny_run run = {.product = p, .partial = room, .step = terms * p->units};
    const float *x = p->x;
    if (p->type == KERNEL_BF16) {
        float *wide = (float *)room + p->rows * skinny_NR;
        const uint16_t *narrow = p->x;
        size_t i = 0;
        for (; i + 16 <= p->rows * run.step; i += 16) PUT(wide + i, WIDENED(narrow + i));
        for (; i < p->rows * run.step; i++) {
            const uint32_t bits = (uint32_t)narrow[i] << 16;
            memcpy(wide + i, &bits, sizeof bits);
        }
        x = wide;
    }
    for (size_t n = from; n < to; n++)
        for (size_t i = 0; i < runs; i++, w += run.units * bytes) {
            const size_t k = p->units * i / runs;
            run.units = p->units * (i + 1) / runs - k;
            (run.first = i == 0, run.last = i + 1 == runs);
            (run.w = w, run.x = x + terms * k, run.column = n * skinny_NR);
            run.next = run.last && n + 1 == to ? of_next : w + run.units * bytes;
            run.outs = p->outs - run.column < skinny_NR ? p->outs - run.column : skinny_NR;
            switch (p->type) {
            case KERNEL_F32: skinny_panel_f32(&run); break;
            case KERNEL_BF16: skinny_panel_bf16(&run); break;
            case KERNEL_INT8: skinny_panel_int8(&run); break;
            }
        }
}

static void skinny_pack(
    const void *w, size_t outs, size_t units, size_t width, size_t from, size_t to, void *panels) {
    const char *rows = w;
    char *place = (char *)panels + from * skinny_NR * units * width;
    for (size_t p = from; p < to; p++)
        for (size_t k = 0; k < units; k++)
            for (size_t n = p * skinny_NR; n < (p + 1) * skinny_NR; n++, place += width) {
                if (n >= outs) memset(place, 0, width);
                else if (width == 4) memcpy(place, rows + (n * units + k) * 4, 4);
                else memcpy(place, rows + (n * units + k) * 2, 2);
            }
}

static const skinny_gemm_kernels simd_skinny_gemm = {
    .columns = skinny_NR, .pack = skinny_pack, .room = skinny_room, .run = skinny_run_panels};

#endif
