// Kernels over rows of floats, included by each class.
#ifndef KERNELS_ROWS_H
#define KERNELS_ROWS_H

#include "../include/Kernels.h"
#include "Activations.h"
#include "Simd.h"

static void softmax(const float *x, float *y, size_t kept, size_t width, float scale) {
    float largest = ROW_LARGEST(x, kept);
    simd sum = {};
    size_t i = 0;
    for (; i + 16 <= kept; i += 16) {
        simd e = EXP((AT(x + i) - largest) * scale);
        PUT(y + i, e);
        sum += e;
    }
    if (i < kept) {
        simd e = EXP((SOME_OF(x + i, kept - i, -INFINITY) - largest) * scale);
        sum += e;
        PUT_SOME(y + i, kept - i, e);
    }
    float inverse = 1 / SUM(sum);
    for (i = 0; i + 16 <= kept; i += 16) PUT(y + i, AT(y + i) * inverse);
    for (; i < kept; i++) y[i] *= inverse;
    if (kept < width) memset(y + kept, 0, (width - kept) * sizeof(float));
}

static void softmax_gradient(const float *p, const float *g, float *y, size_t width, float scale) {
    float along = ROW_SUM(width, AT(p + i) * AT(g + i), SOME_OF(p + i, left, 0) * SOME_OF(g + i, left, 0));
    ROW_PUT(
        y, width, AT(p + i) * (AT(g + i) - along) * scale, SOME_OF(p + i, left, 0) * (SOME_OF(g + i, left, 0) - along) * scale);
}

static float log_sum_exp(const float *x, size_t count) {
    float largest = ROW_LARGEST(x, count);
    float total = ROW_SUM(count, EXP(AT(x + i) - largest), EXP(SOME_OF(x + i, left, -INFINITY) - largest));
    return largest + logf(total);
}

static void exponential(const float *x, float *y, size_t count, float shift, float factor) {
    ROW_PUT(y, count, EXP(AT(x + i) - shift) * factor, EXP(SOME_OF(x + i, left, 0) - shift) * factor);
}

#define SQUARE(value) ({ simd d = (value); d * d; })

#define ROW_STATISTICS(x, width, epsilon)                                                                              \
    const float mean = ROW_SUM(width, AT((x) + i), SOME_OF((x) + i, left, 0)) / (float)(width);                        \
    const float variance =                                                                                             \
        ROW_SUM(width, SQUARE(AT((x) + i) - mean), SQUARE(SOME_OF((x) + i, left, mean) - mean)) / (float)(width);      \
    const float inverse = 1 / sqrtf(variance + (epsilon));                                                             \
    statistics[0] = mean;                                                                                              \
    statistics[1] = inverse

#define NORMAL (AT(x + i) - mean) * inverse * AT(gamma + i) + AT(beta + i)
#define LAST_NORMAL (SOME_OF(x + i, left, 0) - mean) * inverse * SOME_OF(gamma + i, left, 0) + SOME_OF(beta + i, left, 0)

static void layer_norm(
    const float *x, const float *gamma, const float *beta, float *y, size_t width, float epsilon, float *statistics) {
    ROW_STATISTICS(x, width, epsilon);
    ROW_PUT(y, width, NORMAL, LAST_NORMAL);
}

static void layer_norm_bf16(
    const float *x, const float *gamma, const float *beta, uint16_t *y, size_t width, float epsilon, float *statistics) {
    ROW_STATISTICS(x, width, epsilon);
    ROW_PUT_ROUNDED(y, width, NORMAL, LAST_NORMAL);
}

// With the gradient's simd as G_AT(i) and its last ones as G_SOME(i, left).
#define LAYER_NORM_GRADIENT                                                                                            \
    const float mean = statistics[0], inverse = statistics[1];                                                         \
    const float plain =                                                                                                \
        ROW_SUM(width, G_AT(i) * AT(gamma + i), G_SOME(i, left) * SOME_OF(gamma + i, left, 0)) / (float)width;         \
    const float along = ROW_SUM(                                                                                       \
                            width, G_AT(i) * AT(gamma + i) * ((AT(x + i) - mean) * inverse),                           \
                            G_SOME(i, left) * SOME_OF(gamma + i, left, 0) * ((SOME_OF(x + i, left, 0) - mean) * inverse)) / \
        (float)width;                                                                                                  \
    ROW_PUT(                                                                                                           \
        y, width, (G_AT(i) * AT(gamma + i) - plain - (AT(x + i) - mean) * inverse * along) * inverse,                  \
        (G_SOME(i, left) * SOME_OF(gamma + i, left, 0) - plain - (SOME_OF(x + i, left, 0) - mean) * inverse * along) * \
            inverse)

static void layer_norm_gradient(
    const float *x, const float *g, const float *gamma, float *y, size_t width, const float *statistics) {
#define G_AT(i) AT(g + i)
#define G_SOME(i, left) SOME_OF(g + i, left, 0)
    LAYER_NORM_GRADIENT;
#undef G_AT
#undef G_SOME
}

static void layer_norm_gradient_bf16(
    const float *x, const uint16_t *g, const float *gamma, float *y, size_t width, const float *statistics) {
#define G_AT(i) WIDENED(g + i)
#define G_SOME(i, left) SOME_WIDENED(g + i, left)
    LAYER_NORM_GRADIENT;
#undef G_AT
#undef G_SOME
}

static void gelu(const float *x, float *y, size_t count) {
    ROW_PUT(y, count, GELU(AT(x + i)), GELU(SOME_OF(x + i, left, 0)));
}

static void gelu_bf16(const uint16_t *x, uint16_t *y, size_t count) {
    ROW_PUT_ROUNDED(y, count, GELU(WIDENED(x + i)), GELU(SOME_WIDENED(x + i, left)));
}

static void gelu_gradient(const float *x, const float *g, float *y, size_t count) {
    ROW_PUT(y, count, GELU_GRADIENT(AT(x + i)) * AT(g + i), GELU_GRADIENT(SOME_OF(x + i, left, 0)) * SOME_OF(g + i, left, 0));
}

static void gelu_gradient_bf16(const uint16_t *x, const uint16_t *g, uint16_t *y, size_t count) {
    ROW_PUT_ROUNDED(
        y, count, GELU_GRADIENT(WIDENED(x + i)) * WIDENED(g + i), GELU_GRADIENT(SOME_WIDENED(x + i, left)) * SOME_WIDENED(g + i, left));
}

/// Rounds a row to whole numbers of at most `most` in magnitude, by the scale it answers; adding 1.5 · 2²³ rounds. A row
/// with something infinite or not a number has no such scale, and what is made of it is not a number.
#define TO_WHOLE(x, y, count, type, most)                                                                              \
    ({                                                                                                                 \
        float largest = 0, finite = 0;                                                                                 \
        for (size_t i = 0; i < (count); i++) {                                                                         \
            largest = fmaxf(largest, fabsf((x)[i]));                                                                   \
            finite += (x)[i] * 0;                                                                                      \
        }                                                                                                              \
        const float inverse = largest > 0 && finite == 0 ? (most) / largest : 0;                                       \
        for (size_t i = 0; i < (count); i++)                                                                           \
            (y)[i] = inverse == 0 ? 0 : (type)(((x)[i] * inverse + 12582912.0f) - 12582912.0f);                        \
        largest / (most) + finite;                                                                                     \
    })

static float to_int8(const float *x, int8_t *y, size_t count) { return TO_WHOLE(x, y, count, int8_t, 127.0f); }

static float to_int16(const float *x, int16_t *y, size_t count) {
    return TO_WHOLE(x, y, count, int16_t, 32767.0f);
}

static void adamw(
    float *p, const float *g, float *m, float *v, size_t count, float beta1, float beta2, float epsilon, float decay,
    float size, float correction) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        simd first = AT(m + i) * beta1 + AT(g + i) * (1 - beta1);
        simd second = AT(v + i) * beta2 + AT(g + i) * AT(g + i) * (1 - beta2);
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

#endif
