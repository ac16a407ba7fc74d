#ifndef CLANES_CACHED_ATTENTION_H
#define CLANES_CACHED_ATTENTION_H

#include <stddef.h>
#include <stdint.h>

/// One query's attention over `count` keys and values that lie one after another, `size` numbers each:
/// out = Σ softmax(scale · query·key) · value. `scores` has room for count and fifteen more. `next` is where the keys lie
/// that will be asked for after these: they are fetched on the way. Only where lanes_has_products.
void lanes_attend_f32(
    const float *query, const float *keys, const float *values, size_t count, size_t size, float scale,
    const float *next, float *scores, float *out);
void lanes_attend_bf16(
    const uint16_t *query, const uint16_t *keys, const uint16_t *values, size_t count, size_t size, float scale,
    const uint16_t *next, float *scores, float *out);

#endif
