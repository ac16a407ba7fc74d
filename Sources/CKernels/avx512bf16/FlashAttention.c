// Attention of many queries by AVX-512 and its bfloat16 products.
#if defined(__x86_64__)
#include "../simd/Room.h"
#include "../simd/Simd.h"
#include "Tables.h"
#include "Target.h"

// Rows are taken eight at a time. Right sides of products come as pairs of rows: element [p][n] holds the numbers
// (2p, n) and (2p + 1, n) in four bytes, n up to a multiple of sixteen.
enum { rows = 8 };

// MARK: products

// c[r, n] = Σ over pairs of a[r, pair]·b[pair, n] for eight rows and N·16 columns.
TILE void tile(
    const int N, const uint16_t *a, size_t a_step, const uint32_t *b, size_t b_step, size_t pairs, float *c,
    size_t c_step) {
    __m512 all[rows * 3];
    UNROLL for (int i = 0; i < rows * N; i++) all[i] = _mm512_setzero_ps();
    for (size_t p = 0; p < pairs; p++) {
        __m512i columns[3];
        UNROLL for (int n = 0; n < N; n++) columns[n] = _mm512_loadu_si512(b + p * b_step + 16 * n);
        UNROLL for (int r = 0; r < rows; r++) {
            const __m512i pair = _mm512_set1_epi32(*(const int32_t *)(a + r * a_step + 2 * p));
            UNROLL for (int n = 0; n < N; n++)
                all[r * N + n] = _mm512_dpbf16_ps(all[r * N + n], (__m512bh)pair, (__m512bh)columns[n]);
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int n = 0; n < N; n++) _mm512_storeu_ps(c + r * c_step + 16 * n, all[r * N + n]);
}

AVX512BF16 static void product(
    const uint16_t *a, size_t a_step, const uint32_t *b, size_t b_step, size_t pairs, float *c, size_t c_step,
    size_t from, size_t to) {
    size_t n = from;
    for (; n + 48 <= to; n += 48) tile(3, a, a_step, b + n, b_step, pairs, c + n, c_step);
    if (n + 32 <= to) tile(2, a, a_step, b + n, b_step, pairs, c + n, c_step), n += 32;
    if (n < to) tile(1, a, a_step, b + n, b_step, pairs, c + n, c_step);
}

// MARK: right sides

// x [time, size] as a right side whose columns are positions and whose pairs are neighbouring numbers of a position.
AVX512BF16 static void pair_numbers(const uint16_t *x, size_t step, size_t time, size_t size, uint32_t *to, size_t to_step) {
    for (size_t t = 0; t < time; t += 16)
        for (size_t i = 0; i < size; i += 32) {
            const __mmask32 some = size - i < 32 ? (1u << (size - i)) - 1 : ~0u;
            words v[16] __attribute__((aligned(64)));
            for (int r = 0; r < 16; r++)
                v[r] = (words)(t + r < time ? _mm512_maskz_loadu_epi16(some, x + (t + r) * step + i)
                                            : _mm512_setzero_si512());
            turn_words(v);
            for (size_t p = 0; p < 16 && i + 2 * p < size; p++) *(words *)(to + (i / 2 + p) * to_step + t) = v[p];
        }
}

// x [time, size] as a right side whose columns are a position's numbers and whose pairs are neighbouring positions.
AVX512BF16 static void pair_positions(const uint16_t *x, size_t step, size_t time, size_t size, uint32_t *to, size_t to_step) {
    for (size_t t = 0; t < time; t += 2)
        for (size_t i = 0; i < size; i += 16) {
            const __mmask16 some = size - i < 16 ? (1u << (size - i)) - 1 : 0xffff;
            const __m512i even = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(some, x + t * step + i));
            const __m512i odd = t + 1 < time
                ? _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(some, x + (t + 1) * step + i)) : _mm512_setzero_si512();
            _mm512_storeu_si512(to + t / 2 * to_step + i, _mm512_or_si512(even, _mm512_slli_epi32(odd, 16)));
        }
}

// MARK: left sides

// Eight rows of x from `first` on, zeros past the end and up to a whole number of registers.
AVX512BF16 static void take_rows(
    const uint16_t *x, size_t step, size_t first, size_t time, size_t size, uint16_t *to, size_t to_step) {
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < size; i += 32) {
            const __mmask32 some = first + r >= time ? 0 : size - i < 32 ? (1u << (size - i)) - 1 : ~0u;
            _mm512_storeu_si512(to + r * to_step + i, _mm512_maskz_loadu_epi16(some, x + (first + r) * step + i));
        }
}

// Sixteen floats as bfloat16.
TILE void put_rounded(uint16_t *to, __m512 value) { _mm256_storeu_si256((__m256i *)to, (__m256i)_mm512_cvtneps_pbh(value)); }

// Rows of a result, times a factor each, rounded to where they belong.
AVX512BF16 static void give_rows(
    const float *c, size_t c_step, const float *factors, size_t first, size_t time, size_t size, uint16_t *to, size_t step) {
    for (size_t r = 0; r < rows && first + r < time; r++) {
        const __m512 factor = _mm512_set1_ps(factors ? factors[r] : 1);
        for (size_t i = 0; i < size; i += 16) {
            const __mmask16 some = size - i < 16 ? (1u << (size - i)) - 1 : 0xffff;
            const __m256i rounded = (__m256i)_mm512_cvtneps_pbh(_mm512_mul_ps(_mm512_loadu_ps(c + r * c_step + i), factor));
            if (some == 0xffff) _mm256_storeu_si256((__m256i *)(to + (first + r) * step + i), rounded);
            else _mm256_mask_storeu_epi16(to + (first + r) * step + i, some, rounded);
        }
    }
}

// MARK: the room that a head needs

typedef struct {
    size_t wide_time, wide_size;   // up to whole registers
    size_t pairs_of_size, pairs_of_time;
} sizes;

static sizes sizes_of(size_t time, size_t size) {
    return (sizes){up(time, 32), up(size, 32), (size + 1) / 2, (time + 1) / 2};
}

// Backward: k, v, q and g paired by numbers, and k, q, g paired by positions; two left sides; four results.
static size_t room_of(size_t time, size_t size) {
    const sizes s = sizes_of(time, size);
    const size_t by_numbers = s.pairs_of_size * s.wide_time * 4, by_positions = s.pairs_of_time * s.wide_size * 4;
    const size_t lefts = rows * 2 * (s.wide_size + s.wide_time) * 2, results = rows * (2 * s.wide_time + 2 * s.wide_size) * 4;
    return 4 * by_numbers + 3 * by_positions + lefts + results + 64 * 16 + s.wide_time * 4;
}

// MARK: forward

AVX512BF16 static void forward(
    const attention_head *head, const void *q, const void *k, const void *v, void *out, size_t out_step, float *sums,
    void *room) {
    const size_t time = head->time, size = head->size, step = head->step;
    const sizes s = sizes_of(time, size);
    char *free = room;
    uint32_t *keys = piece(&free, s.pairs_of_size * s.wide_time * 4);
    uint32_t *values = piece(&free, s.pairs_of_time * s.wide_size * 4);
    uint16_t *left = piece(&free, rows * s.wide_size * 2), *shares = piece(&free, rows * s.wide_time * 2);
    float *scores = piece(&free, rows * s.wide_time * 4), *mixed = piece(&free, rows * s.wide_size * 4);
    pair_numbers(k, step, head->keys, size, keys, s.wide_time);
    pair_positions(v, step, head->keys, size, values, s.wide_size);
    const __m512 scale = _mm512_set1_ps(head->scale);

    for (size_t first = 0; first < time; first += rows) {
        const size_t reach = head->causal ? least(head->keys, least(first + rows, time)) : head->keys;
        take_rows(q, step, first, time, size, left, s.wide_size);
        product(left, s.wide_size, keys, s.wide_time, s.pairs_of_size, scores, s.wide_time, 0, up(reach, 16));
        float inverse[rows];
        for (size_t r = 0; r < rows; r++) {
            const size_t seen = head->causal ? least(reach, first + r + 1) : reach;
            float *row = scores + r * s.wide_time;
            for (size_t n = 0; n < seen; n += 16) _mm512_storeu_ps(row + n, _mm512_mul_ps(_mm512_loadu_ps(row + n), scale));
            const float largest = ROW_LARGEST(row, seen);
            simd total = {};
            for (size_t n = 0; n < up(reach, 32); n += 16) {
                simd e = {};
                if (n + 16 <= seen) e = EXP(AT(row + n) - largest);
                else if (n < seen) e = EXP(SOME_OF(row + n, seen - n, -INFINITY) - largest);
                total += e;
                put_rounded(shares + r * s.wide_time + n, (__m512)e);
            }
            const float sum = SUM(total);
            inverse[r] = 1 / sum;
            if (sums && first + r < time) sums[first + r] = largest + logf(sum);
        }
        product(shares, s.wide_time, values, s.wide_size, (reach + 1) / 2, mixed, s.wide_size, 0, up(size, 16));
        give_rows(mixed, s.wide_size, inverse, first, time, size, out, out_step);
    }
}

// MARK: backward

// Sixteen probabilities from their scores, and the scores' gradients from those of the probabilities and Σ g·out; what
// is not seen counts nothing.
#define PROBABILITY(seen, score, log_sum)                                                                                    \
    _mm512_maskz_mov_ps(seen, (__m512)EXP((simd)_mm512_loadu_ps(score) * head->scale - (simd)(log_sum)))
#define SCORE_GRADIENT(seen, share, of_share, along)                                                                            \
    _mm512_maskz_mov_ps(seen, (__m512)((simd)(share) * ((simd)_mm512_loadu_ps(of_share) - (simd)(along)) * head->scale))

AVX512BF16 static void backward(
    const attention_head *head, const void *q, const void *k, const void *v, const void *out, const void *g,
    size_t out_step, const float *sums, void *dq, void *dk, void *dv, void *room) {
    const size_t time = head->time, size = head->size, step = head->step;
    const sizes s = sizes_of(time, size);
    const size_t by_numbers = s.pairs_of_size * s.wide_time * 4, by_positions = s.pairs_of_time * s.wide_size * 4;
    char *free = room;
    uint32_t *keys = piece(&free, by_numbers), *values = piece(&free, by_numbers);
    uint32_t *queries = piece(&free, by_numbers), *slopes = piece(&free, by_numbers);
    uint32_t *key_rows = piece(&free, by_positions), *query_rows = piece(&free, by_positions);
    uint32_t *slope_rows = piece(&free, by_positions);
    uint16_t *left = piece(&free, rows * s.wide_size * 2), *left2 = piece(&free, rows * s.wide_size * 2);
    uint16_t *shares = piece(&free, rows * s.wide_time * 2), *inner = piece(&free, rows * s.wide_time * 2);
    float *scores = piece(&free, rows * s.wide_time * 4), *of_shares = piece(&free, rows * s.wide_time * 4);
    float *mixed = piece(&free, rows * s.wide_size * 4), *mixed2 = piece(&free, rows * s.wide_size * 4);
    float *along = piece(&free, s.wide_time * 4);
    pair_numbers(k, step, head->keys, size, keys, s.wide_time);
    pair_numbers(v, step, head->keys, size, values, s.wide_time);
    pair_numbers(q, step, time, size, queries, s.wide_time);
    pair_numbers(g, out_step, time, size, slopes, s.wide_time);
    pair_positions(k, step, head->keys, size, key_rows, s.wide_size);
    pair_positions(q, step, time, size, query_rows, s.wide_size);
    pair_positions(g, out_step, time, size, slope_rows, s.wide_size);
    for (size_t t = 0; t < time; t++) {
        __m512 sum = _mm512_setzero_ps();
        for (size_t i = 0; i < size; i += 32) {
            const __mmask32 some = size - i < 32 ? (1u << (size - i)) - 1 : ~0u;
            sum = _mm512_dpbf16_ps(
                sum, (__m512bh)_mm512_maskz_loadu_epi16(some, (const uint16_t *)g + t * out_step + i),
                (__m512bh)_mm512_maskz_loadu_epi16(some, (const uint16_t *)out + t * out_step + i));
        }
        along[t] = _mm512_reduce_add_ps(sum);
    }

    // Eight queries at a time: the gradient of q.
    for (size_t first = 0; first < time; first += rows) {
        const size_t reach = head->causal ? least(head->keys, least(first + rows, time)) : head->keys;
        take_rows(q, step, first, time, size, left, s.wide_size);
        take_rows(g, out_step, first, time, size, left2, s.wide_size);
        product(left, s.wide_size, keys, s.wide_time, s.pairs_of_size, scores, s.wide_time, 0, up(reach, 16));
        product(left2, s.wide_size, values, s.wide_time, s.pairs_of_size, of_shares, s.wide_time, 0, up(reach, 16));
        for (size_t r = 0; r < rows; r++) {
            const size_t t = least(first + r, time - 1), seen = head->causal ? least(reach, t + 1) : reach;
            for (size_t n = 0; n < up(reach, 32); n += 16) {
                const __mmask16 some = n >= seen ? 0 : seen - n < 16 ? (1u << (seen - n)) - 1 : 0xffff;
                const size_t place = r * s.wide_time + n;
                const __m512 share = PROBABILITY(some, scores + place, _mm512_set1_ps(sums[t]));
                put_rounded(inner + place, SCORE_GRADIENT(some, share, of_shares + place, _mm512_set1_ps(along[t])));
            }
        }
        product(inner, s.wide_time, key_rows, s.wide_size, (reach + 1) / 2, mixed, s.wide_size, 0, up(size, 16));
        give_rows(mixed, s.wide_size, NULL, first, time, size, dq, step);
    }

    // Eight keys at a time, over the queries that see them: the gradients of k and v.
    for (size_t first = 0; first < time; first += rows) {
        const size_t from = head->causal ? first / 32 * 32 : 0, end = up(time, 32);
        take_rows(k, step, first, head->keys, size, left, s.wide_size);
        take_rows(v, step, first, head->keys, size, left2, s.wide_size);
        product(left, s.wide_size, queries, s.wide_time, s.pairs_of_size, scores, s.wide_time, from, up(time, 16));
        product(left2, s.wide_size, slopes, s.wide_time, s.pairs_of_size, of_shares, s.wide_time, from, up(time, 16));
        for (size_t r = 0; r < rows; r++) {
            const size_t key = first + r, start = key >= head->keys ? time : head->causal ? key : 0;   // the first query
            for (size_t n = from; n < end; n += 16) {
                __mmask16 some = n >= time ? 0 : time - n < 16 ? (1u << (time - n)) - 1 : 0xffff;
                if (start > n) some &= start - n >= 16 ? 0 : 0xffff << (start - n);
                const size_t place = r * s.wide_time + n;
                const __m512 share = PROBABILITY(some, scores + place, _mm512_maskz_loadu_ps(some, sums + n));
                put_rounded(shares + place, share);
                put_rounded(
                    inner + place, SCORE_GRADIENT(some, share, of_shares + place, _mm512_maskz_loadu_ps(some, along + n)));
            }
        }
        const size_t skipped = from / 2, pairs = s.pairs_of_time - skipped;
        product(
            shares + from, s.wide_time, slope_rows + skipped * s.wide_size, s.wide_size, pairs, mixed, s.wide_size, 0,
            up(size, 16));
        product(
            inner + from, s.wide_time, query_rows + skipped * s.wide_size, s.wide_size, pairs, mixed2, s.wide_size, 0,
            up(size, 16));
        give_rows(mixed, s.wide_size, NULL, first, time, size, dv, step);
        give_rows(mixed2, s.wide_size, NULL, first, time, size, dk, step);
    }
}

const flash_attention_kernels avx512bf16_flash_attention = {
    .largest_size = SIZE_MAX, .size_multiple = 1, .room = room_of, .forward = forward, .backward = backward};

#endif
