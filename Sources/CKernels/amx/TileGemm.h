// Products of many rows of bfloat16 numbers by tiles: two by two tiles of sums at a time.
//
// A panel of w is brought into tiles of 1 KB, in the order in which they are multiplied, and stays in the second-level
// cache; rows of x are loaded from where they lie, thirty-two of a part of a run at a time, and stay in the first, which
// the panel's tiles pass by. Between the steps what other units of the processor can do is done: the sums of the block
// before are ended, the next rows of x and the lines of y that will be written are asked for. Every sum is the tiles' own:
// sixteen units summed by themselves, added one after another, whatever the number of rows.
//
// The includer says how sums are ended (write_out, as in avx512bf16/Epilogue.h).
#ifndef KERNELS_AMX_TILE_GEMM_H
#define KERNELS_AMX_TILE_GEMM_H

#include "../simd/GemmEnd.h"
#include "../simd/Turn.h"
#include "Tiles.h"

// Columns of a panel and of a block of it, rows of a block of x; the longest run and part of a run, in tiles of sixteen
// units: 1 MB of a panel, 40 KB of x.
enum { tiles_columns = 256, tiles_NR = 32, tiles_MR = 32, tiles_run = 64, tiles_part = 20 };
enum { tile_words = tile_bytes / 4, block_sums = tiles_MR * tiles_NR, sums_line = tiles_NR * sizeof(float) };

#define TILES_INLINE static inline __attribute__((always_inline))

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

// MARK: rows of x

// Rows of x as tiles are loaded from them.
typedef struct {
    const char *from;
    size_t line, step, half;   // bytes from row to row, from tile to tile, and to the rows from the sixteenth on
} tile_rows;

// `count` units of rows that do not fill their tiles, as [2, steps] tiles with zeros where there are none.
static tile_rows tiles_copied(
    const uint32_t *x, size_t units, size_t rows, size_t count, size_t steps, uint32_t *to) {
    for (size_t r = 0; r < tiles_MR; r++) {
        const uint32_t *from = x + r * units;
        uint32_t *own = to + r / 16 * steps * tile_words + r % 16 * 16;
        for (size_t i = 0; i < steps; i++, own += tile_words) {
            const size_t there = r < rows ? count - gemm_least(16 * i, count) : 0;
            words some = {0};
            if (there >= 16) some = *(const words *)(from + 16 * i);
            else if (there > 0) memcpy(&some, from + 16 * i, 4 * there);
            *(words *)own = some;
        }
    }
    return (tile_rows){.from = (const char *)to, .line = 64, .step = tile_bytes, .half = steps * tile_bytes};
}

// MARK: beside the multiplying

// What comes after each step, `each` at a time.
typedef struct {
    const gemm *product;
    // Sums of a block that are still to be ended, [rows, 32], from `row` and `column` on.
    const float *sums;
    size_t row, column, rows;
    // Rows of the next block of x to be brought into the second-level cache, line by line.
    const char *x;
    size_t x_rows, x_lines, x_line;
    // Rows of y that this block will write, to be brought into the first.
    const char *y;
    size_t y_rows, y_bytes;
    size_t x_each, each;
} beside;

TILES_INLINE void beside_end(beside *b) {
    const gemm *p = b->product;
    const size_t rows = gemm_least(2, b->rows);
    write_out(&p->end, p->outs, b->row, b->column, p->outs - b->column, rows, b->sums, tiles_NR);
    b->row += rows, b->rows -= rows, b->sums += 2 * tiles_NR;
}

static void beside_end_all(beside *b) {
    while (b->rows > 0) beside_end(b);
}

TILES_INLINE void beside_step(beside *b) {
    for (size_t i = 0; i < b->each && b->rows > 0; i++) beside_end(b);
    for (size_t i = 0; i < 2 * b->each && b->y_rows > 0; i++, b->y_rows--) {
        for (size_t line = 0; line < b->y_bytes * tiles_NR; line += 64) __builtin_prefetch(b->y + line, 1, 3);
        b->y += b->product->outs * b->y_bytes;
    }
    for (size_t i = 0; i < b->x_each && b->x_rows > 0; i++) {
        __builtin_prefetch(b->x + 64 * b->x_line, 0, 2);
        if (++b->x_line == b->x_lines) b->x_line = 0, b->x_rows--, b->x += 4 * b->product->units;
    }
}

// MARK: the product

// Tiles of a run and of a part of it: of equal length, as nearly as can be.
static size_t tiles_share(size_t all, size_t most) {
    const size_t shares = (all + most - 1) / most;
    return (all + shares - 1) / shares;
}

static size_t tiles_run_of(size_t units) { return tiles_share((units + 15) / 16, tiles_run); }

// A panel, rows of x that do not fill their tiles, and sums: of all rows where runs follow one another. All are brought to
// multiples of a line.
static size_t tiles_room(size_t rows, size_t units) {
    const size_t run = tiles_run_of(units), kept = run * 16 < units ? (rows + tiles_MR - 1) / tiles_MR : 1;
    return 64 + run * tile_bytes * (tiles_columns / 16 + 2) + kept * tiles_MR * tiles_columns * sizeof(float);
}

// A block of thirty-two columns with `part` steps of rows of x, added to `sums` unless they are the first.
TILES_INLINE void tiles_block(
    tile_rows x, const uint32_t *w, size_t w_half, size_t part, bool is_first, bool is_high, float *sums,
    beside *side) {
    if (is_first) {
        TILE_ZERO(0);
        TILE_ZERO(1);
        TILE_ZERO(2);
        TILE_ZERO(3);
    } else {
        TILE_PASS(0, sums, sums_line);
        TILE_PASS(1, sums + 16, sums_line);
        TILE_PASS(2, sums + block_sums / 2, sums_line);
        TILE_PASS(3, sums + block_sums / 2 + 16, sums_line);
    }
    for (size_t i = 0; i < part; i++, x.from += x.step, w += tile_words) {
        TILE_LOAD(4, x.from, x.line);
        TILE_PASS(6, w, 64);
        TILE_PASS(7, w + w_half, 64);
        TILE_MULTIPLY_ADD(0, 4, 6);
        TILE_MULTIPLY_ADD(1, 4, 7);
        if (is_high) {
            TILE_LOAD(5, x.from + x.half, x.line);
            TILE_MULTIPLY_ADD(2, 5, 6);
            TILE_MULTIPLY_ADD(3, 5, 7);
        }
        beside_step(side);
    }
    TILE_STORE(0, sums, sums_line);
    TILE_STORE(1, sums + 16, sums_line);
    TILE_STORE(2, sums + block_sums / 2, sums_line);
    TILE_STORE(3, sums + block_sums / 2 + 16, sums_line);
}

static void tiles_run_product(const gemm *p, size_t number, size_t next, size_t from, size_t to, void *room) {
    (void)next;
    const size_t n = number * tiles_columns, run = tiles_run_of(p->units);
    const size_t columns = gemm_least(tiles_columns, p->outs - n), blocks = (columns + tiles_NR - 1) / tiles_NR;
    uint32_t *panel = (uint32_t *)(((uintptr_t)room + 63) / 64 * 64);
    uint32_t *copy = panel + run * tile_words * (tiles_columns / 16);
    float *sums = (float *)(copy + run * tile_words * 2);
    beside side = {.product = p, .y_bytes = p->end.type == KERNEL_F32 ? 4 : 2};
    TILES_SHAPE(16, 16);
    for (size_t k = 0; k < p->units; k += 16 * run) {
        const size_t count = gemm_least(16 * run, p->units - k), steps = (count + 15) / 16;
        const size_t most = tiles_share(steps, tiles_part);
        const bool first = k == 0, last = k + count >= p->units;
        tiles_make_panel(p, n, k, count, blocks * tiles_NR, panel);
        for (size_t row = from; row < to; row += tiles_MR) {
            const size_t height = gemm_least(tiles_MR, to - row), after = row + height;
            float *own = sums + (first && last ? 0 : (row - from) * tiles_columns);   // [blocks, 32, 32]
            const uint32_t *x = (const uint32_t *)p->x + row * p->units + k;
            tile_rows rows = {
                .from = (const char *)x, .line = 4 * p->units, .step = 64, .half = 64 * p->units};
            if (height < tiles_MR || count % 16 != 0) rows = tiles_copied(x, p->units, height, count, steps, copy);
            side.x = (const char *)(x + height * p->units);
            side.x_rows = gemm_least(tiles_MR, to - after), side.x_line = 0, side.x_lines = steps;
            side.x_each = (tiles_MR + blocks - 1) / blocks;
            for (size_t step = 0; step < steps; step += most) {
                const size_t part = gemm_least(most, steps - step);
                const bool ends = last && step + part >= steps;
                side.each = (tiles_MR / 2 + part - 1) / part;
                for (size_t b = 0; b < blocks; b++) {
                    const size_t column = n + b * tiles_NR;
                    side.y = (const char *)p->end.y + (row * p->outs + column) * side.y_bytes;
                    side.y_rows = ends ? height : 0;
                    tiles_block(
                        rows, panel + (2 * b * steps + step) * tile_words, steps * tile_words, part,
                        first && step == 0, height > 16, own + b * block_sums, &side);
                    beside_end_all(&side);
                    if (ends) side.sums = own + b * block_sums, side.row = row, side.column = column, side.rows = height;
                }
                rows.from += part * rows.step;
            }
        }
    }
    beside_end_all(&side);
    TILES_END;
}

#endif
