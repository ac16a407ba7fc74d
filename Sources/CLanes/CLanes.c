#include "CLanes.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

// Products and sums may fuse; nothing else about the arithmetic is left to the compiler.
#pragma STDC FP_CONTRACT ON

#if defined(__x86_64__) && defined(__ELF__)
#define KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KERNEL
#endif

typedef float lanes __attribute__((vector_size(64), aligned(4)));
typedef int32_t lanes_i __attribute__((vector_size(64), aligned(4)));

// Macros and not functions: a function that returns a vector would have another calling convention in each version
// of a kernel.
#define AT(pointer) (*(const lanes *)(pointer))
#define PUT(pointer, value) (*(lanes *)(pointer) = (value))
#define ALL(value) ((lanes){} + (value))

/// The first `count` of the sixteen floats at a pointer, the others `filling`.
#define SOME(pointer, count, filling)                                                                                  \
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
        lanes all = (value);                                                                                           \
        for (int step = 8; step > 0; step /= 2)                                                                        \
            for (int lane = 0; lane < step; lane++) all[lane] += all[lane + step];                                     \
        all[0];                                                                                                        \
    })

#define LARGEST(value)                                                                                                 \
    ({                                                                                                                 \
        lanes all = (value);                                                                                           \
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
        lanes x_ = (value);                                                                                            \
        lanes c_ = __builtin_elementwise_min(__builtin_elementwise_max(x_, ALL(-87.3f)), ALL(88.3f));                  \
        lanes shifted_ = c_ * 1.442695040888963f + 12582912.0f;                                                        \
        lanes n_ = shifted_ - 12582912.0f;                                                                             \
        lanes r_ = (c_ - n_ * 0.693359375f) - n_ * -2.12194440e-4f;                                                    \
        lanes p_ = ALL(1.0f / 5040);                                                                                   \
        p_ = p_ * r_ + 1.0f / 720;                                                                                     \
        p_ = p_ * r_ + 1.0f / 120;                                                                                     \
        p_ = p_ * r_ + 1.0f / 24;                                                                                      \
        p_ = p_ * r_ + 1.0f / 6;                                                                                       \
        p_ = p_ * r_ + 0.5f;                                                                                           \
        p_ = p_ * r_ + 1.0f;                                                                                           \
        p_ = p_ * r_ + 1.0f;                                                                                           \
        lanes_i exponent_ = ((lanes_i)shifted_ - (0x4b400000 - 127)) << 23;                                            \
        p_ = p_ * (lanes)exponent_;                                                                                    \
        (lanes)(((lanes_i)p_ & (x_ >= -87.3f)) | ((lanes_i)x_ & (x_ != x_)));                                          \
    })

/// A row's largest element.
#define ROW_LARGEST(x, count)                                                                                          \
    ({                                                                                                                 \
        lanes best = ALL(-INFINITY);                                                                                   \
        size_t i = 0;                                                                                                  \
        for (; i + 16 <= (count); i += 16) best = __builtin_elementwise_max(best, AT((x) + i));                        \
        if (i < (count)) best = __builtin_elementwise_max(best, SOME((x) + i, (count) - i, -INFINITY));                \
        LARGEST(best);                                                                                                 \
    })

/// Σ term over a row; `term` sees the full lanes at i, `rest` the last ones, filled with what adds nothing.
#define ROW_SUM(count, term, rest)                                                                                     \
    ({                                                                                                                 \
        lanes sum = {};                                                                                                \
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

KERNEL void lanes_softmax(const float *x, float *y, size_t kept, size_t width, float scale) {
    float largest = ROW_LARGEST(x, kept);
    lanes sum = {};
    size_t i = 0;
    for (; i + 16 <= kept; i += 16) {
        lanes e = EXP((AT(x + i) - largest) * scale);
        PUT(y + i, e);
        sum += e;
    }
    if (i < kept) {
        lanes e = EXP((SOME(x + i, kept - i, -INFINITY) - largest) * scale);
        sum += e;
        PUT_SOME(y + i, kept - i, e);
    }
    float inverse = 1 / SUM(sum);
    for (i = 0; i + 16 <= kept; i += 16) PUT(y + i, AT(y + i) * inverse);
    for (; i < kept; i++) y[i] *= inverse;
    if (kept < width) memset(y + kept, 0, (width - kept) * sizeof(float));
}

KERNEL void lanes_softmax_gradient(const float *p, const float *g, float *y, size_t width, float scale) {
    float along = ROW_SUM(width, AT(p + i) * AT(g + i), SOME(p + i, left, 0) * SOME(g + i, left, 0));
    ROW_PUT(
        y, width, AT(p + i) * (AT(g + i) - along) * scale, SOME(p + i, left, 0) * (SOME(g + i, left, 0) - along) * scale);
}

KERNEL float lanes_log_sum_exp(const float *x, size_t count) {
    float largest = ROW_LARGEST(x, count);
    float total = ROW_SUM(count, EXP(AT(x + i) - largest), EXP(SOME(x + i, left, -INFINITY) - largest));
    return largest + logf(total);
}

KERNEL void lanes_exponential(const float *x, float *y, size_t count, float shift, float factor) {
    ROW_PUT(y, count, EXP(AT(x + i) - shift) * factor, EXP(SOME(x + i, left, 0) - shift) * factor);
}

#define SQUARE(value) ({ lanes d = (value); d * d; })

KERNEL void lanes_layer_norm(
    const float *x, const float *gamma, const float *beta, float *y, size_t width, float epsilon, float *statistics) {
    float mean = ROW_SUM(width, AT(x + i), SOME(x + i, left, 0)) / (float)width;
    float variance = ROW_SUM(width, SQUARE(AT(x + i) - mean), SQUARE(SOME(x + i, left, mean) - mean)) / (float)width;
    float inverse = 1 / sqrtf(variance + epsilon);
    statistics[0] = mean;
    statistics[1] = inverse;
    ROW_PUT(
        y, width, (AT(x + i) - mean) * inverse * AT(gamma + i) + AT(beta + i),
        (SOME(x + i, left, 0) - mean) * inverse * SOME(gamma + i, left, 0) + SOME(beta + i, left, 0));
}

KERNEL void lanes_layer_norm_gradient(
    const float *x, const float *g, const float *gamma, float *y, size_t width, const float *statistics) {
    float mean = statistics[0], inverse = statistics[1];
    float plain =
        ROW_SUM(width, AT(g + i) * AT(gamma + i), SOME(g + i, left, 0) * SOME(gamma + i, left, 0)) / (float)width;
    float along = ROW_SUM(
                      width, AT(g + i) * AT(gamma + i) * ((AT(x + i) - mean) * inverse),
                      SOME(g + i, left, 0) * SOME(gamma + i, left, 0) * ((SOME(x + i, left, 0) - mean) * inverse)) /
                  (float)width;
    ROW_PUT(
        y, width, (AT(g + i) * AT(gamma + i) - plain - (AT(x + i) - mean) * inverse * along) * inverse,
        (SOME(g + i, left, 0) * SOME(gamma + i, left, 0) - plain - (SOME(x + i, left, 0) - mean) * inverse * along) *
            inverse);
}

KERNEL void lanes_attend(
    const float *query, const float *keys, const float *values, size_t stride, size_t count, size_t size, float scale,
    float *scores, float *out) {
    for (size_t key = 0; key < count; key++) {
        const float *k = keys + key * stride;
        scores[key] =
            ROW_SUM(size, AT(query + i) * AT(k + i), SOME(query + i, left, 0) * SOME(k + i, left, 0)) * scale;
    }
    float largest = ROW_LARGEST(scores, count);
    lanes sum = {};
    size_t j = 0;
    for (; j + 16 <= count; j += 16) {
        lanes e = EXP(AT(scores + j) - largest);
        PUT(scores + j, e);
        sum += e;
    }
    if (j < count) {
        lanes e = EXP(SOME(scores + j, count - j, -INFINITY) - largest);
        sum += e;
        PUT_SOME(scores + j, count - j, e);
    }
    float inverse = 1 / SUM(sum);
    // Sixteen of the head's numbers at a time stay in a register over all values.
    size_t i = 0;
    for (; i + 16 <= size; i += 16) {
        lanes total = {};
        for (size_t key = 0; key < count; key++) total += AT(values + key * stride + i) * scores[key];
        PUT(out + i, total * inverse);
    }
    if (i < size) {
        lanes total = {};
        for (size_t key = 0; key < count; key++) total += SOME(values + key * stride + i, size - i, 0) * scores[key];
        PUT_SOME(out + i, size - i, total * inverse);
    }
}

KERNEL void lanes_adamw(
    float *p, const float *g, float *m, float *v, size_t count, float beta1, float beta2, float epsilon, float decay,
    float size, float correction) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        lanes first = AT(m + i) * beta1 + AT(g + i) * (1 - beta1);
        lanes second = AT(v + i) * beta2 + AT(g + i) * AT(g + i) * (1 - beta2);
        PUT(m + i, first);
        PUT(v + i, second);
        PUT(p + i, AT(p + i) * decay - first * size / (__builtin_elementwise_sqrt(second) / correction + epsilon));
    }
    for (; i < count; i++) {
        m[i] = m[i] * beta1 + g[i] * (1 - beta1);
        v[i] = v[i] * beta2 + g[i] * g[i] * (1 - beta2);
        p[i] = p[i] * decay - m[i] * size / (sqrtf(v[i]) / correction + epsilon);
    }
}
