// Tile registers: of the processor, or, where the includer defines TILES_ARE_EMULATED, in memory. Tiles 0 to 3 are sums,
// [16, 16] floats; 4 and 5 hold rows of x and 6 and 7 columns of w, [16, 16] units of two bfloat16 numbers. `line` is how
// many bytes lie from one row of a tile to the next; TILE_PASS leaves what it loads in the second-level cache only.
#ifndef KERNELS_AMX_TILES_H
#define KERNELS_AMX_TILES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { tile_bytes = 1024 };

#ifndef TILES_ARE_EMULATED
#include <immintrin.h>

// All eight tiles, of rows of sixty-four bytes: sixteen of them, but `low` in those of the first rows of x and of their sums,
// `high` in those of the other rows of x.
#define TILES_SHAPE(low, high)                                                                                         \
    do {                                                                                                               \
        struct {                                                                                                       \
            uint8_t palette, first_row, none[14];                                                                      \
            uint16_t row_bytes[16];                                                                                    \
            uint8_t rows[16];                                                                                          \
        } shape = {.palette = 1};                                                                                      \
        for (int i = 0; i < 8; i++) shape.row_bytes[i] = 64, shape.rows[i] = 16;                                       \
        shape.rows[0] = shape.rows[1] = shape.rows[4] = (uint8_t)(low);                                                \
        shape.rows[2] = shape.rows[3] = shape.rows[5] = (uint8_t)(high);                                               \
        _tile_loadconfig(&shape);                                                                                      \
    } while (0)
#define TILES_END _tile_release()
#define TILE_ZERO(tile) _tile_zero(tile)
#define TILE_LOAD(tile, from, line) _tile_loadd(tile, from, line)
#define TILE_PASS(tile, from, line) _tile_stream_loadd(tile, from, line)
#define TILE_STORE(tile, to, line) _tile_stored(tile, to, line)
#define TILE_MULTIPLY_ADD(sums, x, w) _tile_dpbf16ps(sums, x, w)

#else

// As Intel's manual has them: what even and odd terms give is summed apart, then added to what was there.
typedef union {
    float sums[16][16];
    uint16_t terms[16][32];
} emulated_tile;

static inline float emulated_wide(uint16_t number) {
    const uint32_t bits = (uint32_t)number << 16;
    float wide;
    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

static void emulated_multiply_add(emulated_tile *sums, const emulated_tile *x, const emulated_tile *w) {
    for (int m = 0; m < 16; m++)
        for (int n = 0; n < 16; n++) {
            float both[2] = {0, 0};
            for (int k = 0; k < 16; k++)
                for (int i = 0; i < 2; i++)
                    both[i] += emulated_wide(x->terms[m][2 * k + i]) * emulated_wide(w->terms[k][2 * n + i]);
            sums->sums[m][n] += both[0] + both[1];
        }
}

static _Thread_local emulated_tile tiles_[8];

static _Thread_local size_t tile_rows_[8];

#define TILES_SHAPE(low, high)                                                                                         \
    do {                                                                                                               \
        memset(tiles_, 0, sizeof tiles_);                                                                              \
        tile_rows_[0] = tile_rows_[1] = tile_rows_[4] = (low);                                                         \
        tile_rows_[2] = tile_rows_[3] = tile_rows_[5] = (high);                                                        \
        tile_rows_[6] = tile_rows_[7] = 16;                                                                            \
    } while (0)
#define TILES_END (void)tiles_
#define TILE_ZERO(tile) memset(&tiles_[tile], 0, tile_bytes)
#define TILE_LOAD(tile, from, line)                                                                                    \
    do {                                                                                                               \
        for (size_t r_ = 0; r_ < tile_rows_[tile]; r_++)                                                               \
            memcpy(tiles_[tile].sums[r_], (const char *)(from) + r_ * (line), 64);                                     \
    } while (0)
#define TILE_PASS TILE_LOAD
#define TILE_STORE(tile, to, line)                                                                                     \
    do {                                                                                                               \
        for (size_t r_ = 0; r_ < tile_rows_[tile]; r_++)                                                               \
            memcpy((char *)(to) + r_ * (line), tiles_[tile].sums[r_], 64);                                             \
    } while (0)
#define TILE_MULTIPLY_ADD(sums, x, w) emulated_multiply_add(&tiles_[sums], &tiles_[x], &tiles_[w])

#endif
#endif
