// One query's attention over cached keys and values in the compiler's vectors, included by each class.
//
// A head's numbers need not fill vectors. What a vector reads past the end of a key or a value is the beginning of those
// behind it: it meets zeros of the query, or goes into numbers that nobody takes. Only the last ones are read with care.
//
// What it waits for is memory. Keys are read in a few streams at once, as a processor looks ahead for each; values, whose
// sums must be added in order, in one, but all of a value at once.
#ifndef KERNELS_SIMD_CACHED_ATTENTION_H
#define KERNELS_SIMD_CACHED_ATTENTION_H

#include "../include/Kernels.h"
#include "Simd.h"

// Keys read side by side, and vectors of a value at most whose sums stay in registers: 14 of eight floats, 28 of four.
enum { attend_streams = 4, attend_vectors = 7 };

// How many keys, or values, have enough behind them to be read in whole vectors.
static size_t attend_safe(size_t count, size_t size) {
    const size_t width = (size + 15) / 16 * 16, all = count * size;
    return all < width ? 0 : (all - width) / size + 1;
}

// Sixteen numbers of either type from the `at`-th on, or the first `left` of them where those are fewer.
#define ATTEND_READ(type, x, at)                                                                                       \
    ((type) == KERNEL_F32 ? AT((const float *)(x) + (at)) : WIDENED((const uint16_t *)(x) + (at)))
#define ATTEND_READ_SOME(type, x, at, left)                                                                            \
    ((left) >= 16           ? ATTEND_READ(type, x, at)                                                                 \
     : (type) == KERNEL_F32 ? SOME_OF((const float *)(x) + (at), left, 0)                                              \
                            : SOME_WIDENED((const uint16_t *)(x) + (at), left))

// scores[key + n · apart] = scale · query·key, of N keys. What of the query fills no vector is in `rest`.
SIMD_INLINE void attend_score(
    const kernel_type type, const int N, const void *query, const float *rest, const void *keys, size_t key, size_t apart,
    size_t size, const bool is_safe, float scale, float *scores) {
    const size_t whole = size / 16 * 16, left = size - whole;
    simd sums[attend_streams];
    SIMD_UNROLL for (int n = 0; n < N; n++) sums[n] = ALL(0);
    for (size_t i = 0; i < whole; i += 16) {
        const simd all = ATTEND_READ(type, query, i);
        SIMD_UNROLL for (int n = 0; n < N; n++) sums[n] += all * ATTEND_READ(type, keys, (key + n * apart) * size + i);
    }
    if (left > 0)
        SIMD_UNROLL for (int n = 0; n < N; n++)
            sums[n] += AT(rest) * ATTEND_READ_SOME(type, keys, (key + n * apart) * size + whole, is_safe ? 16 : left);
    SIMD_UNROLL for (int n = 0; n < N; n++) scores[key + n * apart] = SUM(sums[n]) * scale;
}

// G vectors of the head's numbers, from the `first` on: factor · Σ score · value.
SIMD_INLINE void attend_mix(
    const kernel_type type, const int G, const void *values, size_t safe, size_t count, size_t size, size_t first,
    const float *scores, float factor, float *out) {
    simd totals[attend_vectors];
    SIMD_UNROLL for (int g = 0; g < G; g++) totals[g] = ALL(0);
    for (size_t key = 0; key < safe; key++)
        SIMD_UNROLL for (int g = 0; g < G; g++)
            totals[g] += ATTEND_READ(type, values, key * size + first + 16 * g) * scores[key];
    for (int g = 0; g < G; g++) {
        const size_t at = first + 16 * g, left = size - at;
        for (size_t key = safe; key < count; key++)
            totals[g] += ATTEND_READ_SOME(type, values, key * size + at, left) * scores[key];
        if (left >= 16) PUT(out + at, totals[g] * factor);
        else PUT_SOME(out + at, left, totals[g] * factor);
    }
}

#define ATTEND_MIX(G)                                                                                                  \
    case G: attend_mix(type, G, values, safe, count, size, first, scores, factor, out); break
SIMD_INLINE void attend(
    const kernel_type type, const void *query, const void *keys, const void *values, size_t count, size_t size,
    float scale, float *scores, float *out) {
    const size_t safe = attend_safe(count, size), apart = safe / attend_streams, together = attend_streams * apart;
    const size_t whole = size / 16 * 16, left = size - whole;
    float rest[16] = {};
    if (left > 0) PUT(rest, ATTEND_READ_SOME(type, query, whole, left));
    for (size_t key = 0; key < apart; key++)
        attend_score(type, attend_streams, query, rest, keys, key, apart, size, true, scale, scores);
    for (size_t key = together; key < safe; key++)
        attend_score(type, 1, query, rest, keys, key, 0, size, true, scale, scores);
    for (size_t key = safe; key < count; key++)
        attend_score(type, 1, query, rest, keys, key, 0, size, false, scale, scores);
    const float factor = EXPONENTIATED(scores, count);
    const size_t vectors = (size + 15) / 16, passes = (vectors + attend_vectors - 1) / attend_vectors;
    for (size_t pass = 0; pass < passes; pass++) {
        const size_t begin = vectors * pass / passes, first = 16 * begin;
        switch (vectors * (pass + 1) / passes - begin) {
            ATTEND_MIX(1);
            ATTEND_MIX(2);
            ATTEND_MIX(3);
            ATTEND_MIX(4);
            ATTEND_MIX(5);
            ATTEND_MIX(6);
            ATTEND_MIX(7);
        }
    }
}
#undef ATTEND_MIX

static void attend_f32(
    const float *query, const float *keys, const float *values, size_t count, size_t size, float scale, const float *next,
    float *scores, float *out) {
    (void)next;
    attend(KERNEL_F32, query, keys, values, count, size, scale, scores, out);
}

static void attend_bf16(
    const uint16_t *query, const uint16_t *keys, const uint16_t *values, size_t count, size_t size, float scale,
    const uint16_t *next, float *scores, float *out) {
    (void)next;
    attend(KERNEL_BF16, query, keys, values, count, size, scale, scores, out);
}

#undef ATTEND_READ
#undef ATTEND_READ_SOME

#endif
