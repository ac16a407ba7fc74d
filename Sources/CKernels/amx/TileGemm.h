// Products of many rows of bfloat16 numbers by tiles: two by two tiles of sums at a time.
//
// A panel of w and the rows of x that pass by are brought into tiles of 1 KB, one after another in the order in which they
// are multiplied. Of a panel of 256 columns x is read once; a run of it stays in the second-level cache, 32 rows of x of
// a part of the run in the first, where sums wait for the next part. Every sum is the tiles' own: sixteen units summed by
// themselves, added one after another, whatever the number of rows.
#ifndef KERNELS_AMX_TILE_GEMM_H
#define KERNELS_AMX_TILE_GEMM_H

#include "../simd/GemmEnd.h"
#include "../simd/Turn.h"
#include "Tiles.h"

// Columns of a panel and of a block of it, rows of a block of x; the longest run and part of a run, in tiles of sixteen
// units: 1 MB of a panel, 28 KB of x.
enum { tiles_columns = 256, tiles_NR = 32, tiles_MR = 32, tiles_run = 64, tiles_part = 14 };
enum { tile_words = tile_bytes / 4, block_sums = tiles_MR * tiles_NR };

// MARK: panels

// Sixteen columns of a panel, [steps] tiles, out of rows that belong to outputs, w[n, k]: `count` units of each.
static void tiles_of_outs(const uint32_t *w, size_t step, size_t outs, size_t count, uint32_t *to) {
    for (size_t k = 0; k < count; k += 16, to += tile_words) {
        words v[16];
        TURN_UNROLL for (size_t n = 0; n < 16; n++) {
            if (n < outs && k + 16 <= count) {
                v[n] = *(const words *)(w + n * step + k);
            } else {
                v[n] = (words){0};
                if (n < outs) memcpy(&v[n], w + n * step + k, 4 * (count - k));
            }
        }
        turn_words(v);
        TURN_UNROLL for (size_t i = 0; i < 16; i++) *(words *)(to + 16 * i) = v[i];
    }
}

// The same out of rows that belong to inputs, w[k, n]: the numbers of two rows alternate.
static void tiles_of_inputs(const uint16_t *w, size_t step, size_t outs, size_t count, uint32_t *to) {
    const size_t whole = (count + 15) / 16 * 16;
    for (size_t k = 0; k < whole; k++, to += 16) {
        simd_short rows[2] = {{0}, {0}};
        for (size_t i = 0; k < count && i < 2; i++) {
            const uint16_t *from = w + (2 * k + i) * step;
            if (outs >= 16) rows[i] = *(const simd_short *)from;
            else memcpy(&rows[i], from, 2 * outs);
        }
        *(words *)to = __builtin_convertvector(rows[0], words)
            | __builtin_convertvector(rows[1], words) << 16;
    }
}

// The panel's columns from n on, sixteen after sixteen, of `count` units from k on.
static void tiles_make_panel(const gemm *p, size_t n, size_t k, size_t count, size_t columns, uint32_t *panel) {
    const size_t size = (count + 15) / 16 * tile_words;
    for (size_t i = 0; i < columns; i += 16, panel += size) {
        const size_t left = p->outs - gemm_least(n + i, p->outs), outs = gemm_least(16, left);
        if (outs == 0) memset(panel, 0, 4 * size);
        else if (p->rows_are_outs)
            tiles_of_outs((const uint32_t *)p->w + (n + i) * p->units + k, p->units, outs, count, panel);
        else tiles_of_inputs((const uint16_t *)p->w + 2 * k * p->outs + n + i, p->outs, outs, count, panel);
    }
}

// `count` units of rows of x from the unit k on, as [2, steps] tiles; zeros where there are none.
static void tiles_take_rows(
    const gemm *p, size_t row, size_t rows, size_t k, size_t count, size_t steps, uint32_t *to) {
    for (size_t r = 0; r < tiles_MR; r++) {
        const uint32_t *from = (const uint32_t *)p->x + (row + r) * p->units + k;
        uint32_t *own = to + r / 16 * steps * tile_words + r % 16 * 16;
        for (size_t i = 0; i < steps; i++, own += tile_words) {
            const size_t there = r < rows ? count - gemm_least(16 * i, count) : 0;
            words units = {0};
            if (there >= 16) units = *(const words *)(from + 16 * i);
            else if (there > 0) memcpy(&units, from + 16 * i, 4 * there);
            *(words *)own = units;
        }
    }
}

// MARK: the product

// Tiles of a run and of a part of it: of equal length, as nearly as can be.
static size_t tiles_share(size_t all, size_t most) {
    const size_t shares = (all + most - 1) / most;
    return (all + shares - 1) / shares;
}

static size_t tiles_run_of(size_t units) { return tiles_share((units + 15) / 16, tiles_run); }

// A panel, rows of x, and sums: of all rows where runs follow one another. All are brought to multiples of a line.
static size_t tiles_room(size_t rows, size_t units) {
    const size_t run = tiles_run_of(units), kept = run * 16 < units ? (rows + tiles_MR - 1) / tiles_MR : 1;
    return 64 + run * tile_bytes * (tiles_columns / 16) + 2 * tiles_part * tile_bytes
        + kept * tiles_MR * tiles_columns * sizeof(float);
}

static void tiles_run_product(const gemm *p, size_t number, size_t next, size_t from, size_t to, void *room) {
    (void)next;
    const size_t n = number * tiles_columns, run = tiles_run_of(p->units);
    const size_t columns = gemm_least(tiles_columns, p->outs - n), blocks = (columns + tiles_NR - 1) / tiles_NR;
    uint32_t *panel = (uint32_t *)(((uintptr_t)room + 63) / 64 * 64);
    uint32_t *rows = panel + run * tile_words * (tiles_columns / 16);
    float *sums = (float *)(rows + 2 * tiles_part * tile_words);
    TILES_BEGIN;
    for (size_t k = 0; k < p->units; k += 16 * run) {
        const size_t count = gemm_least(16 * run, p->units - k), steps = (count + 15) / 16;
        const size_t most = tiles_share(steps, tiles_part);
        const bool first = k == 0, last = k + count >= p->units, keeps = !first || !last;
        tiles_make_panel(p, n, k, count, blocks * tiles_NR, panel);
        for (size_t row = from; row < to; row += tiles_MR) {
            const size_t height = gemm_least(tiles_MR, to - row);
            float *own = sums + (keeps ? (row - from) * tiles_columns : 0);   // [blocks, 2, 2, 16, 16]
            for (size_t step = 0; step < steps; step += most) {
                const size_t part = gemm_least(most, steps - step);
                tiles_take_rows(p, row, height, k + 16 * step, gemm_least(16 * part, count - 16 * step), part, rows);
                for (size_t b = 0; b < blocks; b++) {
                    const uint32_t *x = rows, *w = panel + (2 * b * steps + step) * tile_words;
                    float *s = own + b * block_sums;
                    if (first && step == 0) {
                        TILE_ZERO(0);
                        TILE_ZERO(1);
                        TILE_ZERO(2);
                        TILE_ZERO(3);
                    } else {
                        TILE_LOAD(0, s);
                        TILE_LOAD(1, s + tile_words);
                        TILE_LOAD(2, s + 2 * tile_words);
                        TILE_LOAD(3, s + 3 * tile_words);
                    }
                    for (size_t i = 0; i < part; i++, x += tile_words, w += tile_words) {
                        TILE_LOAD(4, x);
                        TILE_LOAD(6, w);
                        TILE_LOAD(7, w + steps * tile_words);
                        TILE_MULTIPLY_ADD(0, 4, 6);
                        TILE_MULTIPLY_ADD(1, 4, 7);
                        if (height <= 16) continue;
                        TILE_LOAD(5, x + part * tile_words);
                        TILE_MULTIPLY_ADD(2, 5, 6);
                        TILE_MULTIPLY_ADD(3, 5, 7);
                    }
                    TILE_STORE(0, s);
                    TILE_STORE(1, s + tile_words);
                    TILE_STORE(2, s + 2 * tile_words);
                    TILE_STORE(3, s + 3 * tile_words);
                }
            }
            for (size_t i = 0; last && i < columns; i += 16)
                for (size_t r = 0; r < height; r += 16)
                    gemm_end(
                        p, row + r, gemm_least(16, height - r), n + i,
                        own + i / tiles_NR * block_sums + (r / 16 * 2 + i % tiles_NR / 16) * tile_words);
        }
    }
    TILES_END;
}

#endif
