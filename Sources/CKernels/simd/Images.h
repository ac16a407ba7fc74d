// Kernels of frozen convolution networks over channels-last images, included by each class.
#ifndef KERNELS_IMAGES_H
#define KERNELS_IMAGES_H

#include "../include/Kernels.h"
#include "Simd.h"

typedef double doubles __attribute__((vector_size(128), aligned(8)));

// Reading and writing sixteen numbers of either type.
#define READ_F32(x, i) AT((const float *)(x) + (i))
#define WRITE_F32(y, i, value) PUT((float *)(y) + (i), value)
#define READ_BF16(x, i) WIDENED((const uint16_t *)(x) + (i))
#define WRITE_BF16(y, i, value) PUT_ROUNDED((uint16_t *)(y) + (i), value)

#define WIDTH_F32 sizeof(float)
#define WIDTH_BF16 sizeof(uint16_t)

// The last `left` numbers of a row, zeros behind them, and the way back.
#define READ_SOME(TYPE, x, i, left)                                                                                    \
    ({                                                                                                                 \
        char some_[64] = {0};                                                                                          \
        memcpy(some_, (const char *)(x) + (i) * WIDTH_##TYPE, (left) * WIDTH_##TYPE);                                  \
        READ_##TYPE(some_, 0);                                                                                         \
    })
#define WRITE_SOME(TYPE, y, i, left, value)                                                                            \
    do {                                                                                                               \
        char some_[64];                                                                                                \
        WRITE_##TYPE(some_, 0, value);                                                                                 \
        memcpy((char *)(y) + (i) * WIDTH_##TYPE, some_, (left) * WIDTH_##TYPE);                                        \
    } while (0)

// Pixels whose squares are summed about the first of them.
enum { run = 64 };

// Blocks of sixteen channels that are summed side by side, so that memory is read in longer pieces.
enum { side_by_side = 4 };

// Adds the moments of `count` pixels, for `blocks` times sixteen channels from i. READ sees pixel p and block k.
#define MOMENTS_OF(READ, blocks, KEEP)                                                                                 \
    do {                                                                                                               \
        simd start[blocks], sum[blocks], square[blocks];                                                              \
        for (int k = 0; k < blocks; k++) {                                                                             \
            const size_t p = 0;                                                                                        \
            start[k] = READ;                                                                                           \
            sum[k] = square[k] = ALL(0);                                                                               \
        }                                                                                                              \
        for (size_t p = 1; p < count; p++)                                                                             \
            for (int k = 0; k < blocks; k++) {                                                                         \
                simd away = READ - start[k];                                                                          \
                sum[k] += away;                                                                                        \
                square[k] += away * away;                                                                              \
            }                                                                                                          \
        const double n = (double)count;                                                                                \
        for (int k = 0; k < blocks; k++) {                                                                             \
            doubles s = __builtin_convertvector(start[k], doubles), rest = __builtin_convertvector(sum[k], doubles);   \
            doubles total = s * n + rest;                                                                              \
            doubles squared = __builtin_convertvector(square[k], doubles) + s * (rest * 2.0 + s * n);                  \
            KEEP;                                                                                                      \
        }                                                                                                              \
    } while (0)

#define KEEP_ALL                                                                                                        \
    *(doubles *)(sums + i + 16 * k) += total;                                                                          \
    *(doubles *)(squares + i + 16 * k) += squared
#define KEEP_SOME                                                                                                       \
    for (size_t lane = 0; lane < channels - i; lane++) {                                                               \
        sums[i + lane] += total[lane];                                                                                 \
        squares[i + lane] += squared[lane];                                                                            \
    }

#define MOMENTS(TYPE)                                                                                                  \
    do {                                                                                                               \
        for (size_t first = 0; first < pixels; first += run) {                                                         \
            const size_t count = pixels - first < run ? pixels - first : run, base = first * channels;                 \
            size_t i = 0;                                                                                              \
            for (; i + 16 * side_by_side <= channels; i += 16 * side_by_side)                                          \
                MOMENTS_OF(READ_##TYPE(x, base + p * channels + i + 16 * k), side_by_side, KEEP_ALL);                   \
            for (; i + 16 <= channels; i += 16)                                                                        \
                MOMENTS_OF(READ_##TYPE(x, base + p * channels + i), 1, KEEP_ALL);                                       \
            if (i < channels)                                                                                          \
                MOMENTS_OF(READ_SOME(TYPE, x, base + p * channels + i, channels - i), 1, KEEP_SOME);                    \
        }                                                                                                              \
    } while (0)

static void moments(
    const void *x, kernel_type type, size_t pixels, size_t channels, double *sums, double *squares) {
    if (type == KERNEL_F32)
        MOMENTS(F32);
    else
        MOMENTS(BF16);
}

// x / (1 + e⁻ˣ), with e⁻ˣ = 2ᵗ as a whole power of two times a polynomial of the rest, |r| ≤ 1/2. Adding 1.5 · 2²³
// leaves the nearest integer in the low bits; shifted up, it adds to the polynomial's exponent.
#define SILU(value, POWER)                                                                                             \
    ({                                                                                                                 \
        simd x_ = (value);                                                                                            \
        simd t_ = __builtin_elementwise_min(__builtin_elementwise_max(x_ * -1.442695041f, ALL(-126.0f)), ALL(126.0f));\
        simd shifted_ = t_ + 12582912.0f, p_ = POWER(t_ - (shifted_ - 12582912.0f));                                  \
        x_ / (1.0f + (simd)((simd_int)p_ + ((simd_int)shifted_ << 23)));                                                \
    })
// Taylor's polynomials of 2ʳ: within 5e-5, a fortieth of what rounding to BFloat16 does, and to the last place.
#define POWER_TO_FOURTH(r)                                                                                             \
    ((((ALL(9.618129e-3f) * (r) + 5.550411e-2f) * (r) + 0.2402265f) * (r) + 0.6931472f) * (r) + 1.0f)
#define POWER_TO_SEVENTH(r)                                                                                            \
    (((((((ALL(1.525273e-5f) * (r) + 1.540353e-4f) * (r) + 1.333356e-3f) * (r) + 9.618129e-3f) * (r) + 5.550411e-2f)   \
       * (r) + 0.2402265f) * (r) + 0.6931472f) * (r) + 1.0f)

#define SAME(value) (value)
#define SILU_FOR_F32(value) SILU(value, POWER_TO_SEVENTH)
#define SILU_FOR_BF16(value) SILU(value, POWER_TO_FOURTH)

#define AFFINE(FROM, TO, THEN)                                                                                       \
    do {                                                                                                               \
        for (size_t pixel = 0; pixel < pixels; pixel++) {                                                              \
            const size_t row = pixel * channels;                                                                       \
            size_t i = 0;                                                                                              \
            for (; i + 16 <= channels; i += 16) {                                                                      \
                simd value = READ_##FROM(x, row + i) * READ_F32(factors, i) + READ_F32(offsets, i);                   \
                WRITE_##TO(y, row + i, THEN(value));                                                                 \
            }                                                                                                          \
            if (i < channels) {                                                                                        \
                const size_t left = channels - i;                                                                      \
                simd value = READ_SOME(FROM, x, row + i, left) * READ_SOME(F32, factors, i, left)                     \
                    + READ_SOME(F32, offsets, i, left);                                                                \
                WRITE_SOME(TO, y, row + i, left, THEN(value));                                                       \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)

static void affine(
    const void *x, kernel_type from, void *y, kernel_type to, size_t pixels, size_t channels, const float *factors,
    const float *offsets, bool silu) {
    switch (from << 2 | to << 1 | silu) {
    case 0: AFFINE(F32, F32, SAME); break;
    case 1: AFFINE(F32, F32, SILU_FOR_F32); break;
    case 2: AFFINE(F32, BF16, SAME); break;
    case 3: AFFINE(F32, BF16, SILU_FOR_BF16); break;
    case 4: AFFINE(BF16, F32, SAME); break;
    case 5: AFFINE(BF16, F32, SILU_FOR_F32); break;
    case 6: AFFINE(BF16, BF16, SAME); break;
    default: AFFINE(BF16, BF16, SILU_FOR_BF16); break;
    }
}

#define CONVERT(FROM, TO)                                                                                              \
    do {                                                                                                               \
        size_t i = 0;                                                                                                  \
        for (; i + 16 <= count; i += 16) WRITE_##TO(y, i, READ_##FROM(x, i));                                          \
        if (i < count) WRITE_SOME(TO, y, i, count - i, READ_SOME(FROM, x, i, count - i));                              \
    } while (0)

static void convert(const void *x, kernel_type from, void *y, kernel_type to, size_t count) {
    if (from == to)
        memcpy(y, x, count * (from == KERNEL_F32 ? WIDTH_F32 : WIDTH_BF16));
    else if (from == KERNEL_F32)
        CONVERT(F32, BF16);
    else
        CONVERT(BF16, F32);
}

#define ADD_TYPES(OF_X, OF_Y)                                                                                            \
    do {                                                                                                               \
        size_t i = 0;                                                                                                  \
        for (; i + 16 <= count; i += 16) WRITE_##OF_X(x, i, READ_##OF_X(x, i) + READ_##OF_Y(y, i));                    \
        if (i < count) {                                                                                               \
            const size_t left = count - i;                                                                             \
            WRITE_SOME(OF_X, x, i, left, READ_SOME(OF_X, x, i, left) + READ_SOME(OF_Y, y, i, left));                   \
        }                                                                                                              \
    } while (0)

static void add(void *x, kernel_type of_x, const void *y, kernel_type of_y, size_t count) {
    switch (of_x << 1 | of_y) {
    case 0: ADD_TYPES(F32, F32); break;
    case 1: ADD_TYPES(F32, BF16); break;
    case 2: ADD_TYPES(BF16, F32); break;
    default: ADD_TYPES(BF16, BF16); break;
    }
}

// The first that is not a number stays, as does the first of equals.
#define LARGER(best, value)                                                                                            \
    ({                                                                                                                 \
        simd b_ = (best), v_ = (value);                                                                               \
        simd_int wins_ = (v_ > b_) | (v_ != v_);                                                                        \
        (simd)(((simd_int)v_ & wins_) | ((simd_int)b_ & ~wins_));                                                       \
    })

// Bfloat16 numbers as whole numbers: below zero their order is turned over, and what is not a number is the largest. Turned
// again they are what they were.
typedef int16_t simd_wide __attribute__((vector_size(64), aligned(2)));
#define TURNED(value) ({ const simd_wide t_ = (value); t_ ^ ((t_ >> 15) & 0x7fff); })
#define ORDERED(value)                                                                                                 \
    ({                                                                                                                 \
        const simd_wide o_ = (value), none_ = (o_ & 0x7fff) > 0x7f80;                                                    \
        (TURNED(o_) & ~none_) | (none_ & 0x7fff);                                                                      \
    })

#define PLUS(sum, value) ((sum) + (value))
#define TIMES_FACTOR(value) ((value) * factor)

#define OVER_WINDOW(READING, START, JOIN)                                                                              \
    ({                                                                                                                 \
        simd all = ALL(START);                                                                                        \
        for (size_t row = 0; row < rows; row++)                                                                        \
            for (size_t column = 0; column < columns; column++) {                                                      \
                const size_t place = row * stride + column * channels + i;                                             \
                all = JOIN(all, READING);                                                                              \
            }                                                                                                          \
        all;                                                                                                           \
    })
#define WINDOW(TYPE, FIRST, START, JOIN, THEN)                                                                       \
    do {                                                                                                               \
        size_t i = FIRST;                                                                                              \
        for (; i + 16 <= channels; i += 16)                                                                            \
            WRITE_##TYPE(y, i, THEN(OVER_WINDOW(READ_##TYPE(x, place), START, JOIN)));                               \
        if (i < channels) {                                                                                            \
            const size_t left = channels - i;                                                                          \
            WRITE_SOME(TYPE, y, i, left, THEN(OVER_WINDOW(READ_SOME(TYPE, x, place, left), START, JOIN)));           \
        }                                                                                                              \
    } while (0)

static void window_largest(
    const void *x, kernel_type type, size_t rows, size_t columns, size_t stride, size_t channels, void *y) {
    if (type == KERNEL_F32) {
        WINDOW(F32, 0, -INFINITY, LARGER, SAME);
        return;
    }
    // Thirty-two at a time as whole numbers of the same order.
    size_t first = 0;
    for (; first + 32 <= channels; first += 32) {
        simd_wide best = ORDERED((simd_wide){} + (int16_t)0xff80);   // −∞
        for (size_t row = 0; row < rows; row++)
            for (size_t column = 0; column < columns; column++) {
                const int16_t *place = (const int16_t *)x + row * stride + column * channels + first;
                best = __builtin_elementwise_max(best, ORDERED(*(const simd_wide *)place));
            }
        *(simd_wide *)((int16_t *)y + first) = TURNED(best);
    }
    WINDOW(BF16, first, -INFINITY, LARGER, SAME);
}

static void window_sum(
    const void *x, kernel_type type, size_t rows, size_t columns, size_t stride, size_t channels, float factor,
    void *y) {
    if (type == KERNEL_F32)
        WINDOW(F32, 0, 0, PLUS, TIMES_FACTOR);
    else
        WINDOW(BF16, 0, 0, PLUS, TIMES_FACTOR);
}

#endif
