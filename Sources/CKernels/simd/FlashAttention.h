// Attention of many queries in the compiler's vectors, included by each class after Gemm.h, whose tiles multiply here too:
// arithmetic in floats, over floats or over bfloat16 numbers that are widened on the way.
//
// A tile of queries meets all of a head's keys, so that only a few rows of scores exist at a time (Dao et al. 2022, without
// the blocks of keys that a graphics processor needs). Products are chains over at most gemm_KC terms and runs are added one
// after another, sums over a row are sixteen chains: what a position gets does not depend on where it is, nor on what else
// there is, and has the same bits in every class that includes this.
#ifndef KERNELS_SIMD_FLASH_ATTENTION_H
#define KERNELS_SIMD_FLASH_ATTENTION_H

#include "FlashParts.h"

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
