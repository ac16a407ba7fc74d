// One query's attention over cached keys and values in the compiler's vectors, included by each class.
//
// A head's numbers need not fill vectors. What a vector reads past the end of a key or a value is the beginning of those
// behind it: it meets zeros of the query, or goes into numbers that nobody takes. Only the last ones are read with care.
#ifndef KERNELS_SIMD_CACHED_ATTENTION_H
#define KERNELS_SIMD_CACHED_ATTENTION_H

#include "Simd.h"

// How many keys, or values, have enough behind them to be read in whole vectors.
static size_t attend_safe(size_t count, size_t size) {
    const size_t width = (size + 15) / 16 * 16, all = count * size;
    return all < width ? 0 : (all - width) / size + 1;
}

// Sixteen numbers at a pointer, or the first `left` of them where those are fewer.
#define ATTEND_READ(READ, READ_SOME, x, left) ((left) >= 16 ? READ(x) : READ_SOME(x, left))

// scores[key] = scale · query·key.
#define ATTEND_SCORES(READ, READ_SOME)                                                                                 \
    do {                                                                                                               \
        const size_t whole = size / 16 * 16, left = size - whole;                                                      \
        const simd rest = left > 0 ? READ_SOME(query + whole, left) : (simd){};                                        \
        for (size_t key = 0; key < count; key++) {                                                                     \
            simd sum = {};                                                                                             \
            for (size_t i = 0; i < whole; i += 16) sum += READ(query + i) * READ(keys + key * size + i);               \
            if (left > 0)                                                                                              \
                sum += rest * ATTEND_READ(READ, READ_SOME, keys + key * size + whole, key < safe ? 16 : left);         \
            scores[key] = SUM(sum) * scale;                                                                            \
        }                                                                                                              \
    } while (0)

// G times sixteen of the head's numbers, from i on, in registers over all values.
#define ATTEND_MIX(G, READ, READ_SOME)                                                                                 \
    case G: {                                                                                                          \
        simd totals[G];                                                                                                \
        SIMD_UNROLL for (size_t g = 0; g < G; g++) totals[g] = ALL(0);                                                 \
        for (size_t key = 0; key < safe; key++)                                                                        \
            SIMD_UNROLL for (size_t g = 0; g < G; g++)                                                                 \
                totals[g] += READ(values + key * size + i + 16 * g) * scores[key];                                     \
        for (size_t g = 0; g < G; g++) {                                                                               \
            const size_t at = i + 16 * g, left = size - at;                                                            \
            for (size_t key = safe; key < count; key++)                                                                \
                totals[g] += ATTEND_READ(READ, READ_SOME, values + key * size + at, left) * scores[key];               \
            if (left >= 16) PUT(out + at, totals[g] * inverse);                                                        \
            else PUT_SOME(out + at, left, totals[g] * inverse);                                                        \
        }                                                                                                              \
        break;                                                                                                         \
    }

#define ATTEND(READ, READ_SOME)                                                                                        \
    do {                                                                                                               \
        (void)next;                                                                                                    \
        const size_t safe = attend_safe(count, size);                                                                  \
        ATTEND_SCORES(READ, READ_SOME);                                                                                \
        const float inverse = EXPONENTIATED(scores, count);                                                            \
        for (size_t i = 0; i < size; i += 64) {                                                                        \
            const size_t vectors = (size - i + 15) / 16;                                                               \
            switch (vectors < 4 ? vectors : 4) {                                                                       \
                ATTEND_MIX(1, READ, READ_SOME)                                                                         \
                ATTEND_MIX(2, READ, READ_SOME)                                                                         \
                ATTEND_MIX(3, READ, READ_SOME)                                                                         \
                ATTEND_MIX(4, READ, READ_SOME)                                                                         \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)

static void attend_f32(
    const float *query, const float *keys, const float *values, size_t count, size_t size, float scale, const float *next,
    float *scores, float *out) {
#define ATTEND_SOME(x, count) SOME_OF(x, count, 0)
    ATTEND(AT, ATTEND_SOME);
#undef ATTEND_SOME
}

static void attend_bf16(
    const uint16_t *query, const uint16_t *keys, const uint16_t *values, size_t count, size_t size, float scale,
    const uint16_t *next, float *scores, float *out) {
    ATTEND(WIDENED, SOME_WIDENED);
}

#undef ATTEND_READ
#undef ATTEND_SCORES
#undef ATTEND_MIX
#undef ATTEND

#endif
