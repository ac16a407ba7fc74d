#ifndef CLANES_FLASH_ATTENTION_H
#define CLANES_FLASH_ATTENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Attention of one head over bfloat16 numbers, eight queries at a time, so that the square matrix of scores is never
/// written (Dao et al. 2022, without the blocks of keys that a graphics processor needs); what a causal mask hides is
/// not computed. Sums and probabilities are floats; probabilities are rounded to bfloat16 where they are multiplied.
///
/// Only where lanes_has_products. `room` holds lanes_flash_room bytes.

/// How one head lies in memory: `time` positions of `size` numbers, `step` numbers apart; query i sees the first
/// `keys` positions, with `causal` only those up to its own.
typedef struct {
    size_t time, keys, size, step;
    float scale;
    bool causal;
} lanes_head;

size_t lanes_flash_room(size_t time, size_t size);

/// out = softmax(scale · q kᵀ) v, rows out_step numbers apart; `sums` [time] takes log Σ e^(scale · score),
/// which the gradients need, unless it is NULL.
void lanes_flash_forward(
    const lanes_head *head, const uint16_t *q, const uint16_t *k, const uint16_t *v, uint16_t *out, size_t out_step,
    float *sums, void *room);

/// The gradients of q, k and v, laid out as these, from that of out.
void lanes_flash_backward(
    const lanes_head *head, const uint16_t *q, const uint16_t *k, const uint16_t *v, const uint16_t *out,
    const uint16_t *g, size_t out_step, const float *sums, uint16_t *dq, uint16_t *dk, uint16_t *dv, void *room);

#endif
