// Attention of many queries in the compiler's vectors, included by each class after Gemm.h, whose tiles multiply here too:
// arithmetic in floats, over floats or over bfloat16 numbers that are widened on the way.
//
// A tile of queries meets all of a head's keys, so that only a few rows of scores exist at a time (Dao et al. 2022, without
// the blocks of keys that a graphics processor needs). Products are chains over at most gemm_KC terms and runs are added one
// after another, sums over a row are sixteen chains: what a position gets does not depend on where it is, nor on what else
// there is, and has the same bits in every class that includes this.
#ifndef KERNELS_SIMD_FLASH_ATTENTION_H
#define KERNELS_SIMD_FLASH_ATTENTION_H

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

// MARK: forward

static void flash_forward(
    const attention_head *head, bool is_narrow, const void *q, const void *k, const void *v, void *out, size_t out_step,
    float *sums, void *room) {
    const size_t time = head->time, size = head->size, keys = head->keys;
    const flash_sizes s = flash_sizes_of(time, size);
    const flash_array queries = {q, head->step, is_narrow}, of_keys = {k, head->step, is_narrow};
    const flash_array values = {v, head->step, is_narrow}, result = {out, out_step, is_narrow};
    char *free = room;
    float *by_numbers = flash_piece(&free, s.by_numbers), *by_positions = flash_piece(&free, s.by_positions);
    float *left = flash_piece(&free, s.left), *shares = flash_piece(&free, s.runs);
    float *scores = flash_piece(&free, flash_rows * s.wide_time), *mixed = flash_piece(&free, flash_rows * s.wide_size);
    flash_by_numbers(&of_keys, keys, size, by_numbers);
    flash_by_positions(&values, keys, size, by_positions);
    for (size_t first = 0; first < time; first += s.rows) {
        const size_t rows = gemm_least(s.rows, time - first);
        const size_t reach = head->causal ? gemm_least(keys, first + rows) : keys, wide = up(reach, 16);
        flash_take(&queries, first, rows, size, left);
        flash_product(rows, left, size, by_numbers, size * 16, wide, false, scores, s.wide_time);
        float inverse[flash_rows];
        for (size_t r = 0; r < rows; r++) {
            const size_t seen = head->causal ? gemm_least(reach, first + r + 1) : reach;
            const float *row = scores + r * s.wide_time;
            const float largest = ROW_LARGEST(row, seen);
            simd total = {};
            for (size_t n = 0; n < wide; n += 16) {
                const simd share = FLASH_KEPT(EXP((AT(row + n) - largest) * head->scale), n, 0, seen);
                PUT(flash_share(shares, r, n), share);
                total += share;
            }
            const float sum = SUM(total);
            inverse[r] = 1 / sum;
            if (sums) sums[first + r] = largest * head->scale + logf(sum);
        }
        flash_mix(rows, shares, 0, reach, by_positions, keys, s.wide_size, mixed);
        flash_give(mixed, s.wide_size, inverse, &result, first, rows, size);
    }
}

// MARK: backward

// Sixteen shares from their scores, and the scores' gradients from those of the shares and Σ g·out.
#define FLASH_SHARE(score, log_sum) EXP((score) * head->scale - (log_sum))
#define FLASH_SLOPE(share, of_share, along) ((share) * ((of_share) - (along)) * head->scale)

static void flash_backward(
    const attention_head *head, bool is_narrow, const void *q, const void *k, const void *v, const void *out,
    const void *g, size_t out_step, const float *sums, void *dq, void *dk, void *dv, void *room) {
    const size_t time = head->time, size = head->size, keys = head->keys, step = head->step;
    const flash_sizes s = flash_sizes_of(time, size);
    const flash_array queries = {q, step, is_narrow}, of_keys = {k, step, is_narrow}, values = {v, step, is_narrow};
    const flash_array result = {out, out_step, is_narrow}, slopes = {g, out_step, is_narrow};
    const flash_array query_slopes = {dq, step, is_narrow}, key_slopes = {dk, step, is_narrow};
    const flash_array value_slopes = {dv, step, is_narrow};
    char *free = room;
    float *keys_by_numbers = flash_piece(&free, s.by_numbers), *values_by_numbers = flash_piece(&free, s.by_numbers);
    float *queries_by_numbers = flash_piece(&free, s.by_numbers), *slopes_by_numbers = flash_piece(&free, s.by_numbers);
    float *keys_by_positions = flash_piece(&free, s.by_positions);
    float *queries_by_positions = flash_piece(&free, s.by_positions);
    float *slopes_by_positions = flash_piece(&free, s.by_positions);
    float *left = flash_piece(&free, s.left), *left2 = flash_piece(&free, s.left);
    float *shares = flash_piece(&free, s.runs), *inner = flash_piece(&free, s.runs);
    float *scores = flash_piece(&free, flash_rows * s.wide_time), *of_shares = flash_piece(&free, flash_rows * s.wide_time);
    float *mixed = flash_piece(&free, flash_rows * s.wide_size), *mixed2 = flash_piece(&free, flash_rows * s.wide_size);
    float *log_sums = flash_piece(&free, s.wide_time), *along = flash_piece(&free, s.wide_time);
    flash_by_numbers(&of_keys, keys, size, keys_by_numbers);
    flash_by_numbers(&values, keys, size, values_by_numbers);
    flash_by_numbers(&queries, time, size, queries_by_numbers);
    flash_by_numbers(&slopes, time, size, slopes_by_numbers);
    flash_by_positions(&of_keys, keys, size, keys_by_positions);
    flash_by_positions(&queries, time, size, queries_by_positions);
    flash_by_positions(&slopes, time, size, slopes_by_positions);
    for (size_t t = 0; t < s.wide_time; t++) {
        log_sums[t] = t < time ? sums[t] : 0;
        simd sum = {};
        if (t < time)
            for (size_t i = 0; i < size; i += 16)
                sum += FLASH_NUMBERS(is_narrow, flash_place(&slopes, t, i), size - i) *
                    FLASH_NUMBERS(is_narrow, flash_place(&result, t, i), size - i);
        along[t] = SUM(sum);
    }

    // Some queries at a time: the gradient of q.
    for (size_t first = 0; first < time; first += s.rows) {
        const size_t rows = gemm_least(s.rows, time - first);
        const size_t reach = head->causal ? gemm_least(keys, first + rows) : keys, wide = up(reach, 16);
        flash_take(&queries, first, rows, size, left);
        flash_take(&slopes, first, rows, size, left2);
        flash_product(rows, left, size, keys_by_numbers, size * 16, wide, false, scores, s.wide_time);
        flash_product(rows, left2, size, values_by_numbers, size * 16, wide, false, of_shares, s.wide_time);
        for (size_t r = 0; r < rows; r++) {
            const size_t t = first + r, seen = head->causal ? gemm_least(reach, t + 1) : reach;
            for (size_t n = 0; n < wide; n += 16) {
                const size_t place = r * s.wide_time + n;
                const simd share = FLASH_SHARE(AT(scores + place), log_sums[t]);
                const simd slope = FLASH_SLOPE(share, AT(of_shares + place), along[t]);
                PUT(flash_share(inner, r, n), FLASH_KEPT(slope, n, 0, seen));
            }
        }
        flash_mix(rows, inner, 0, reach, keys_by_positions, keys, s.wide_size, mixed);
        flash_give(mixed, s.wide_size, NULL, &query_slopes, first, rows, size);
    }

    // Some keys at a time, over the queries that see them: the gradients of k and v. Padding's are zero.
    for (size_t first = 0; first < time; first += s.rows) {
        const size_t rows = gemm_least(s.rows, time - first), from = head->causal ? first / 16 * 16 : 0;
        flash_take(&of_keys, first, rows, size, left);
        flash_take(&values, first, rows, size, left2);
        flash_product(
            rows, left, size, queries_by_numbers + from * size, size * 16, s.wide_time - from, false, scores + from,
            s.wide_time);
        flash_product(
            rows, left2, size, slopes_by_numbers + from * size, size * 16, s.wide_time - from, false, of_shares + from,
            s.wide_time);
        for (size_t r = 0; r < rows; r++) {
            const size_t key = first + r, start = key >= keys ? time : head->causal ? key : 0;   // the first query
            for (size_t n = from; n < s.wide_time; n += 16) {
                const size_t place = r * s.wide_time + n;
                const simd share = FLASH_SHARE(AT(scores + place), AT(log_sums + n));
                const simd slope = FLASH_SLOPE(share, AT(of_shares + place), AT(along + n));
                PUT(flash_share(shares, r, n), FLASH_KEPT(share, n, start, time));
                PUT(flash_share(inner, r, n), FLASH_KEPT(slope, n, start, time));
            }
        }
        flash_mix(rows, shares, from, time, slopes_by_positions, time, s.wide_size, mixed);
        flash_mix(rows, inner, from, time, queries_by_positions, time, s.wide_size, mixed2);
        flash_give(mixed, s.wide_size, NULL, &value_slopes, first, rows, size);
        flash_give(mixed2, s.wide_size, NULL, &key_slopes, first, rows, size);
    }
}

// MARK: for each type

#define FLASH_KERNELS(type, is_narrow, multiple)                                                                       \
    static void flash_forward_##type(                                                                                  \
        const attention_head *head, const void *q, const void *k, const void *v, void *out, size_t out_step,           \
        float *sums, void *room) {                                                                                     \
        flash_forward(head, is_narrow, q, k, v, out, out_step, sums, room);                                            \
    }                                                                                                                  \
    static void flash_backward_##type(                                                                                 \
        const attention_head *head, const void *q, const void *k, const void *v, const void *out, const void *g,       \
        size_t out_step, const float *sums, void *dq, void *dk, void *dv, void *room) {                                \
        flash_backward(head, is_narrow, q, k, v, out, g, out_step, sums, dq, dk, dv, room);                            \
    }                                                                                                                  \
    static const flash_attention_kernels flash_attention_##type = {                                                    \
        .largest_size = gemm_KC, .size_multiple = (multiple), .room = flash_room, .forward = flash_forward_##type,     \
        .backward = flash_backward_##type}

FLASH_KERNELS(f32, false, 1);
FLASH_KERNELS(bf16, true, 2);

#endif
