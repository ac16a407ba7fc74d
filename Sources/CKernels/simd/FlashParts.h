// What attention of many queries is made of: its arrays as sides of products, the products, and the room that a head needs.
#ifndef KERNELS_SIMD_FLASH_PARTS_H
#define KERNELS_SIMD_FLASH_PARTS_H

#include "Gemm.h"
#include "Room.h"

// Rows of a tile; left sides of products are runs of [flash_rows, gemm_KC].
enum { flash_rows = gemm_MR, flash_run = gemm_MR * gemm_KC };

// MARK: numbers

// One of the arrays that attention reads or writes: rows `step` numbers apart.
typedef struct {
    const void *at;
    size_t step;
    bool is_narrow;
} flash_array;

static const char *flash_place(const flash_array *x, size_t row, size_t column) {
    return (const char *)x->at + (row * x->step + column) * (x->is_narrow ? 2 : 4);
}

// Sixteen numbers from a place on, of which `left` are there.
#define FLASH_NUMBERS(is_narrow, place, left)                                                                          \
    ((is_narrow) ? ((left) < 16 ? SOME_WIDENED(place, left) : WIDENED(place))                                          \
                 : ((left) < 16 ? SOME_OF(place, left, 0) : AT(place)))

// Rows as the left side of a product.
static void flash_take(const flash_array *x, size_t first, size_t rows, size_t size, float *to) {
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < size; i += 16)
            PUT(to + r * gemm_KC + i, FLASH_NUMBERS(x->is_narrow, flash_place(x, first + r, i), size - i));
}

// Rows of a result, times a factor each.
static void flash_give(
    const float *from, size_t from_step, const float *factors, const flash_array *x, size_t first, size_t rows, size_t size) {
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < size; i += 16) {
            const simd y = AT(from + r * from_step + i) * (factors ? factors[r] : 1);
            void *to = (void *)flash_place(x, first + r, i);
            const size_t left = gemm_least(16, size - i);
            if (x->is_narrow && left == 16) PUT_ROUNDED(to, y);
            else if (x->is_narrow) PUT_SOME_ROUNDED(to, left, y);
            else if (left == 16) PUT(to, y);
            else PUT_SOME(to, left, y);
        }
}

// Positions as the columns of a right side, numbers as its terms: strips of sixteen positions, [size, 16] each.
static void flash_by_numbers(const flash_array *x, size_t time, size_t size, float *to) {
    const size_t units = x->is_narrow ? 2 : 1;   // numbers of four bytes
    for (size_t t = 0; t < time; t += 16, to += size * 16)
        gemm_columns_of_outs(
            (const int32_t *)flash_place(x, t, 0), x->step / units, gemm_least(16, time - t), size / units, x->is_narrow,
            (int32_t *)to);
}

// Numbers as the columns, positions as the terms: for each run of positions, strips of sixteen numbers, [terms, 16] each.
static void flash_by_positions(const flash_array *x, size_t time, size_t size, float *to) {
    for (size_t k = 0; k < time; k += gemm_KC) {
        const size_t terms = gemm_least(gemm_KC, time - k);
        for (size_t i = 0; i < size; i += 16, to += terms * 16)
            gemm_columns_of_inputs(flash_place(x, k, i), x->step, gemm_least(16, size - i), terms, x->is_narrow, to);
    }
}

// MARK: products

// c[r, n] = Σ a[r, k]·b[k, n], added to what is there where `adds`; b's strips are `strip` floats apart.
__attribute__((noinline)) static void flash_product(
    size_t rows, const float *a, size_t terms, const float *b, size_t strip, size_t columns, bool adds, float *c,
    size_t c_step) {
    for (size_t n = 0; n < columns; n += 16, b += strip) {
        const gemm_place place = {c + n, c_step, 0};
        gemm_ahead nothing = {0};
        gemm_rows(rows, 1, a, terms, b, adds ? &place : NULL, &place, &nothing);
    }
}

// c[r, n] = Σ over positions from ..< to of `shares` (in runs) times what lies by positions, of `time`.
static void flash_mix(
    size_t rows, const float *shares, size_t from, size_t to, const float *by_positions, size_t time, size_t wide_size,
    float *c) {
    bool adds = false;
    for (size_t k = from / gemm_KC * gemm_KC; k < to; k += gemm_KC, adds = true) {
        const size_t skipped = from > k ? from - k : 0, terms = gemm_least(gemm_KC, to - k) - skipped;
        flash_product(
            rows, shares + k / gemm_KC * flash_run + skipped, terms, by_positions + k * wide_size + skipped * 16,
            gemm_least(gemm_KC, time - k) * 16, wide_size, adds, c, wide_size);
    }
}

// Where share n of row r is.
static float *flash_share(float *shares, size_t r, size_t n) {
    return shares + n / gemm_KC * flash_run + r * gemm_KC + n % gemm_KC;
}

// Of sixteen numbers from n on, those from ..< to; zeros for the others, whatever they are.
#define FLASH_KEPT(value, n, from, to)                                                                                 \
    ({                                                                                                                 \
        const simd_int place_ = (simd_int){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} + (int32_t)(n);       \
        (simd)((simd_int)(value) & (place_ >= (int32_t)(from)) & (place_ < (int32_t)(to)));                            \
    })

// MARK: the room that a head needs

typedef struct {
    size_t wide_time, wide_size;                  // up to whole strips
    size_t by_numbers, by_positions, runs, left;   // floats of right sides, of rows of shares, and of a left side
    size_t rows;                                   // of a tile, so that tiles are about equally high
} flash_sizes;

static flash_sizes flash_sizes_of(size_t time, size_t size) {
    const size_t wide_time = up(time, 16), wide_size = up(size, 16), tiles = (time + flash_rows - 1) / flash_rows;
    return (flash_sizes){
        wide_time, wide_size, wide_time * size, time * wide_size, (time + gemm_KC - 1) / gemm_KC * flash_run, flash_run,
        (time + tiles - 1) / tiles};
}

static float *flash_piece(char **room, size_t floats) { return piece(room, floats * sizeof(float)); }

// That of backward, which needs more.
static size_t flash_room(size_t time, size_t size) {
    const flash_sizes s = flash_sizes_of(time, size);
    const size_t floats = 4 * s.by_numbers + 3 * s.by_positions + 2 * s.left + 2 * s.runs +
        2 * flash_rows * (s.wide_time + s.wide_size) + 2 * s.wide_time;
    return floats * sizeof(float) + 17 * 64;
}

#endif
