// Products of few rows in the compiler's vectors, included by each class. Weights come in their own type, half or a quarter
// of a float's bytes, and are widened in registers: what such a product waits for is memory.
#ifndef KERNELS_SIMD_SKINNY_GEMM_H
#define KERNELS_SIMD_SKINNY_GEMM_H

#include "SkinnyTile.h"

// All rows, in tiles of equal height, as nearly as can be, of `most` rows at most. The first two are known where this is inlined.
#define SKINNY_ROWS(R)                                                                                                 \
    case R:                                                                                                            \
        if (R > SKINNY_TILE_ROWS) break;                                                                               \
        if (R <= SKINNY_WHOLE_ROWS) {                                                                                  \
            skinny_tile(type, R, 2, run, row, 0);                                                                      \
        } else {                                                                                                       \
            skinny_tile(type, R, 1, run, row, 0);                                                                      \
            skinny_tile(type, R, 1, run, row, 16);                                                                     \
        }                                                                                                              \
        break
SIMD_INLINE void skinny_panel(const kernel_type type, const size_t most, const skinny_run *run) {
    if (run->panels == 3) return skinny_tile(type, 1, 6, run, 0, 0);
    if (run->panels == 2) return skinny_tile(type, 1, 4, run, 0, 0);
    const size_t all = run->product->rows, tiles = (all + most - 1) / most;
    for (size_t tile = 0; tile < tiles; tile++) {
        const size_t row = all * tile / tiles, end = all * (tile + 1) / tiles;
        switch (end - row) {
            SKINNY_ROWS(1);
            SKINNY_ROWS(2);
            SKINNY_ROWS(3);
            SKINNY_ROWS(4);
            SKINNY_ROWS(5);
            SKINNY_ROWS(6);
            SKINNY_ROWS(7);
            SKINNY_ROWS(8);
            SKINNY_ROWS(9);
            SKINNY_ROWS(10);
            SKINNY_ROWS(11);
            SKINNY_ROWS(12);
        }
    }
}

// Units of the longest run: 832 keep rows of x in a first-level cache and a panel's in the second; of whole numbers 256
// units add 512 products of at most 127 · 32767, which thirty-two bits hold.
static size_t skinny_KC(kernel_type type) { return type == KERNEL_INT8 ? 256 : 832; }

// Panels that are read side by side, at most.
static size_t skinny_panels(size_t rows) { return rows == 1 ? skinny_abreast : 1; }

// Sums of runs, and x in floats where it is bfloat16.
static size_t skinny_partial(size_t rows) { return skinny_panels(rows) * rows * skinny_NR; }
static size_t skinny_room(size_t rows, size_t units, kernel_type type) {
    return (skinny_partial(rows) + (type == KERNEL_BF16 ? rows * units * 2 : 0)) * sizeof(float);
}

static void skinny_run_panels(const skinny_gemm *p, size_t from, size_t to, size_t after, void *room) {
    const size_t bytes = p->type == KERNEL_INT8 ? 64 : 128, terms = p->type == KERNEL_BF16 ? 2 : 1;
    const size_t runs = (p->units + skinny_KC(p->type) - 1) / skinny_KC(p->type), most = skinny_panels(p->rows);
    const size_t final = (p->outs + skinny_NR - 1) / skinny_NR - 1;   // of all panels
    skinny_run run = {.product = p, .partial = room, .step = terms * p->units, .apart = p->units * bytes};
    const char *w = p->w, *of_next = w + (after < final ? after : final) * run.apart;
    const float *x = p->x;
    if (p->type == KERNEL_BF16) {
        float *wide = (float *)room + skinny_partial(p->rows);
        const uint16_t *narrow = p->x;
        size_t i = 0;
        for (; i + 16 <= p->rows * run.step; i += 16) PUT(wide + i, WIDENED(narrow + i));
        for (; i < p->rows * run.step; i++) {
            const uint32_t bits = (uint32_t)narrow[i] << 16;
            memcpy(wide + i, &bits, sizeof bits);
        }
        x = wide;
    }
    for (size_t n = from; n < to; n += run.panels) {
        // Of four panels two and two.
        const size_t groups = (to - n + most - 1) / most;
        run.panels = (to - n + groups - 1) / groups;
        (run.w = w + n * run.apart, run.column = n * skinny_NR);
        run.outs = p->outs - run.column < run.panels * skinny_NR ? p->outs - run.column : run.panels * skinny_NR;
        for (size_t i = 0; i < runs; i++, run.w = run.next) {
            const size_t k = p->units * i / runs;
            run.units = p->units * (i + 1) / runs - k;
            (run.first = i == 0, run.last = i + 1 == runs);
            run.x = x + terms * k;
            run.next = run.last && n + 1 == to ? of_next : run.w + run.units * bytes;
            switch (p->type) {
            case KERNEL_F32: skinny_panel(KERNEL_F32, SKINNY_TILE_ROWS, &run); break;
            case KERNEL_BF16: skinny_panel(KERNEL_BF16, SKINNY_TILE_ROWS - 1, &run); break;
            case KERNEL_INT8: skinny_panel(KERNEL_INT8, 4, &run); break;
            }
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
    .columns = skinny_NR, .fewest_of_one_row = skinny_abreast, .fewest = 4, .pack = skinny_pack, .room = skinny_room,
    .run = skinny_run_panels};

#endif
