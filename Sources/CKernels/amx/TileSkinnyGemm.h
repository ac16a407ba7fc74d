// Products of few rows of bfloat16 numbers by tiles. A panel's thirty-two outputs lie side by side in memory, unit after
// unit: sixteen units of sixteen of them are a tile as they lie, and so are sixteen units of up to sixteen rows of x. Every
// sum is one chain of the tiles' own, sixteen units after sixteen, whatever the number of rows.
//
// The includer says how sums are ended (write_out).
#ifndef KERNELS_AMX_TILE_SKINNY_GEMM_H
#define KERNELS_AMX_TILE_SKINNY_GEMM_H

#include <stdbool.h>

#include "../include/Kernels.h"
#include "Tiles.h"

// Outputs of a panel, rows of x at a time; bytes of a unit of all outputs, and how far ahead of the tiles a panel is asked
// for.
enum { skinny_columns = 32, skinny_rows = 32, skinny_line = 4 * skinny_columns, skinny_ahead = 8192 };

// Sums; the units that do not fill a tile, of a panel and of all rows; all brought to a multiple of a line.
static size_t tiles_skinny_room(size_t rows) {
    return 64 + skinny_rows * skinny_line + 16 * skinny_line + (rows + skinny_rows) * 64;
}

// A panel with up to thirty-two rows of x. Units that fill no tile stand apart, with zeros after them: w_rest, if there are
// any, and x_rest.
static void tiles_skinny_block(
    const char *x, size_t x_line, const char *x_rest, const char *w, const char *w_rest, size_t steps, bool is_high,
    bool is_first, float *sums) {
    TILE_ZERO(0);
    TILE_ZERO(1);
    TILE_ZERO(2);
    TILE_ZERO(3);
    const bool has_rest = w_rest != NULL;
    size_t line = x_line;
    for (size_t i = 0; i < steps + has_rest; i++, x += 64, w += 16 * skinny_line) {
        if (i == steps) x = x_rest, line = 64, w = w_rest;
        else if (is_first)
            for (size_t at = 0; at < 16 * skinny_line; at += 64) __builtin_prefetch(w + skinny_ahead + at, 0, 3);
        TILE_PASS(6, w, skinny_line);
        TILE_LOAD(4, x, line);
        TILE_MULTIPLY_ADD(0, 4, 6);
        TILE_PASS(7, w + skinny_line / 2, skinny_line);
        TILE_MULTIPLY_ADD(1, 4, 7);
        if (!is_high) continue;
        TILE_LOAD(5, x + 16 * line, line);
        TILE_MULTIPLY_ADD(2, 5, 6);
        TILE_MULTIPLY_ADD(3, 5, 7);
    }
    TILE_STORE(0, sums, skinny_line);
    TILE_STORE(1, sums + 16, skinny_line);
    if (!is_high) return;
    TILE_STORE(2, sums + 16 * skinny_columns, skinny_line);
    TILE_STORE(3, sums + 16 * skinny_columns + 16, skinny_line);
}

// The first `count` of sixteen units, zeros after them.
static void tiles_skinny_rest(const uint32_t *from, size_t count, uint32_t *to) {
    memset(to, 0, 64);
    memcpy(to, from, 4 * count);
}

static void tiles_run_skinny(const skinny_gemm *p, size_t from, size_t to, void *room) {
    const size_t steps = p->units / 16, left = p->units % 16, blocks = (p->rows + skinny_rows - 1) / skinny_rows;
    float *sums = (float *)(((uintptr_t)room + 63) / 64 * 64);
    char *w_rest = (char *)(sums + skinny_rows * skinny_columns), *x_rest = w_rest + 16 * skinny_line;
    const char *x = p->x, *w = (const char *)p->w + from * p->units * skinny_line;
    for (size_t row = 0; left && row < p->rows; row++)
        tiles_skinny_rest(
            (const uint32_t *)x + row * p->units + 16 * steps, left, (uint32_t *)(x_rest + row * 64));
    if (left) memset(w_rest, 0, 16 * skinny_line);
    size_t shaped = 0;
    for (size_t n = from; n < to; n++, w += p->units * skinny_line) {
        if (left) memcpy(w_rest, w + 16 * steps * skinny_line, left * skinny_line);
        for (size_t b = 0; b < blocks; b++) {   // of equal height, as nearly as can be
            const size_t row = p->rows * b / blocks, height = p->rows * (b + 1) / blocks - row;
            if (height != shaped) TILES_SHAPE(height < 16 ? height : 16, height > 16 ? height - 16 : 1);
            shaped = height;
            tiles_skinny_block(
                x + row * p->units * 4, p->units * 4, x_rest + row * 64, w, left ? w_rest : NULL, steps, height > 16,
                b == 0, sums);
            const size_t column = n * skinny_columns;
            write_out(&p->end, p->outs, row, column, p->outs - column, height, sums, skinny_columns);
        }
    }
    TILES_END;
}

#endif
