// How kernels that every class has are written: sixteen floats at a time, in the compiler's vectors. The includer says for
// which processor (`#pragma clang attribute`), so that the same text is each class's code.
#ifndef KERNELS_SIMD_H
#define KERNELS_SIMD_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Products and sums may fuse; nothing else about the arithmetic is left to the compiler.
#pragma STDC FP_CONTRACT ON

typedef float simd __attribute__((vector_size(64), aligned(4)));
typedef int32_t simd_int __attribute__((vector_size(64), aligned(4)));
typedef uint16_t simd_short __attribute__((vector_size(32), aligned(2)));

// Numbers that are known where a function is inlined stay in registers, in loops written out in full.
#define SIMD_INLINE static inline __attribute__((always_inline))
#define SIMD_UNROLL _Pragma("clang loop unroll(full)")

// Macros and not functions: a function that returns a vector would have another calling convention in each class.
#define AT(pointer) (*(const simd *)(pointer))
#define PUT(pointer, value) (*(simd *)(pointer) = (value))
#define ALL(value) ((simd){} + (value))

/// The first `count` of the sixteen floats at a pointer, the others `filling`.
#define SOME_OF(pointer, count, filling)                                                                                  \
    ({                                                                                                                 \
        float some[16];                                                                                                \
        for (int lane = 0; lane < 16; lane++) some[lane] = (filling);                                                  \
        memcpy(some, (pointer), (count) * sizeof(float));                                                              \
        AT(some);                                                                                                      \
    })

#define PUT_SOME(pointer, count, value)                                                                                \
    do {                                                                                                               \
        float some[16];                                                                                                \
        PUT(some, value);                                                                                              \
        memcpy((pointer), some, (count) * sizeof(float));                                                              \
    } while (0)

#define SUM(value)                                                                                                     \
    ({                                                                                                                 \
        simd all = (value);                                                                                           \
        for (int step = 8; step > 0; step /= 2)                                                                        \
            for (int lane = 0; lane < step; lane++) all[lane] += all[lane + step];                                     \
        all[0];                                                                                                        \
    })

#define LARGEST(value)                                                                                                 \
    ({                                                                                                                 \
        simd all = (value);                                                                                           \
        for (int step = 8; step > 0; step /= 2)                                                                        \
            for (int lane = 0; lane < step; lane++)                                                                    \
                all[lane] = all[lane] > all[lane + step] ? all[lane] : all[lane + step];                               \
        all[0];                                                                                                        \
    })

/// eˣ within 2 units in the last place; 0 below −87.3, never infinite; what is not a number stays so. Range reduction
/// by ln 2 in two parts, then the Taylor polynomial of degree seven on |r| ≤ ln 2 / 2. Adding 1.5 · 2²³ leaves the nearest integer in the low
/// bits: rounding without a function call.
#define EXP(value)                                                                                                     \
    ({                                                                                                                 \
        simd x_ = (value);                                                                                            \
        simd c_ = __builtin_elementwise_min(__builtin_elementwise_max(x_, ALL(-87.3f)), ALL(88.3f));                  \
        simd shifted_ = c_ * 1.442695040888963f + 12582912.0f;                                                        \
        simd n_ = shifted_ - 12582912.0f;                                                                             \
        simd r_ = (c_ - n_ * 0.693359375f) - n_ * -2.12194440e-4f;                                                    \
        simd p_ = ALL(1.0f / 5040);                                                                                   \
        p_ = p_ * r_ + 1.0f / 720;                                                                                     \
        p_ = p_ * r_ + 1.0f / 120;                                                                                     \
        p_ = p_ * r_ + 1.0f / 24;                                                                                      \
        p_ = p_ * r_ + 1.0f / 6;                                                                                       \
        p_ = p_ * r_ + 0.5f;                                                                                           \
        p_ = p_ * r_ + 1.0f;                                                                                           \
        p_ = p_ * r_ + 1.0f;                                                                                           \
        simd_int exponent_ = ((simd_int)shifted_ - (0x4b400000 - 127)) << 23;                                            \
        p_ = p_ * (simd)exponent_;                                                                                    \
        (simd)(((simd_int)p_ & (x_ >= -87.3f)) | ((simd_int)x_ & (x_ != x_)));                                          \
    })

/// Sixteen bfloat16 numbers as floats, and floats rounded to them: to nearest, ties to even; what is not a number stays so.
#define WIDENED(pointer) ((simd)(__builtin_convertvector(*(const simd_short *)(pointer), simd_int) << 16))
#define ROUNDED(value)                                                                                                 \
    ({                                                                                                                 \
        const simd_int bits_ = (simd_int)(value);                                                                        \
        const simd_int odd_ = (bits_ >> 16) & 1, nan_ = (bits_ & 0x7fffffff) > 0x7f800000;                              \
        const simd_int near_ = ((bits_ + 0x7fff + odd_) & ~nan_) | ((bits_ | 0x00400000) & nan_);                       \
        __builtin_convertvector((near_ >> 16) & 0xffff, simd_short);                                                      \
    })
#define PUT_ROUNDED(pointer, value) (*(simd_short *)(pointer) = ROUNDED(value))

/// The same at the end of a row.
#define SOME_WIDENED(pointer, count)                                                                                   \
    ({                                                                                                                 \
        uint16_t some[16] = {0};                                                                                       \
        memcpy(some, (pointer), (count) * sizeof(uint16_t));                                                           \
        WIDENED(some);                                                                                                 \
    })
#define PUT_SOME_ROUNDED(pointer, count, value)                                                                        \
    do {                                                                                                               \
        uint16_t some[16];                                                                                             \
        PUT_ROUNDED(some, value);                                                                                      \
        memcpy((pointer), some, (count) * sizeof(uint16_t));                                                           \
    } while (0)

/// A row's largest element.
#define ROW_LARGEST(x, count)                                                                                          \
    ({                                                                                                                 \
        simd best = ALL(-INFINITY);                                                                                   \
        size_t i = 0;                                                                                                  \
        for (; i + 16 <= (count); i += 16) best = __builtin_elementwise_max(best, AT((x) + i));                        \
        if (i < (count)) best = __builtin_elementwise_max(best, SOME_OF((x) + i, (count) - i, -INFINITY));                \
        LARGEST(best);                                                                                                 \
    })

/// Σ term over a row; `term` sees the full simd at i, `rest` the last ones, filled with what adds nothing.
#define ROW_SUM(count, term, rest)                                                                                     \
    ({                                                                                                                 \
        simd sum = {};                                                                                                \
        size_t i = 0;                                                                                                  \
        for (; i + 16 <= (count); i += 16) sum += (term);                                                              \
        if (i < (count)) {                                                                                             \
            size_t left = (count) - i;                                                                                 \
            sum += (rest);                                                                                             \
        }                                                                                                              \
        SUM(sum);                                                                                                      \
    })

/// y[i] = term over a row, in the same way.
#define ROW_PUT(y, count, term, rest)                                                                                  \
    do {                                                                                                               \
        size_t i = 0;                                                                                                  \
        for (; i + 16 <= (count); i += 16) PUT((y) + i, (term));                                                       \
        if (i < (count)) {                                                                                             \
            size_t left = (count) - i;                                                                                 \
            PUT_SOME((y) + i, left, (rest));                                                                           \
        }                                                                                                              \
    } while (0)

/// The same, rounded to bfloat16.
#define ROW_PUT_ROUNDED(y, count, term, rest)                                                                          \
    do {                                                                                                               \
        size_t i = 0;                                                                                                  \
        for (; i + 16 <= (count); i += 16) PUT_ROUNDED((y) + i, (term));                                               \
        if (i < (count)) {                                                                                             \
            size_t left = (count) - i;                                                                                 \
            PUT_SOME_ROUNDED((y) + i, left, (rest));                                                                   \
        }                                                                                                              \
    } while (0)

/// Turns a row of scores into e^(score − largest) where it stands, and answers 1 / Σ: together a softmax.
#define EXPONENTIATED(scores, count)                                                                                   \
    ({                                                                                                                 \
        const float largest = ROW_LARGEST(scores, count);                                                              \
        simd sum = {};                                                                                                \
        size_t j = 0;                                                                                                  \
        for (; j + 16 <= (count); j += 16) {                                                                           \
            simd e = EXP(AT((scores) + j) - largest);                                                                 \
            PUT((scores) + j, e);                                                                                      \
            sum += e;                                                                                                  \
        }                                                                                                              \
        if (j < (count)) {                                                                                             \
            simd e = EXP(SOME_OF((scores) + j, (count) - j, -INFINITY) - largest);                                    \
            PUT_SOME((scores) + j, (count) - j, e);                                                                    \
            sum += e;                                                                                                  \
        }                                                                                                              \
        1 / SUM(sum);                                                                                                  \
    })

#endif
