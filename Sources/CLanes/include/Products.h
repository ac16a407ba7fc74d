#ifndef CLANES_PRODUCTS_H
#define CLANES_PRODUCTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Products of few rows with a large matrix that is read from memory as it lies, once: y = x·wᵀ + bias for the
/// matrix's rows from ..< to. x [rows, inner], w [outs, inner], bias [outs] or NULL, y [rows, outs].
///
/// Every sum is made in one order, whatever the number of rows and however the matrix's rows are dealt out: sixteen
/// partial sums over a run of `inner`, those in a tree, runs one after another.

/// Whether this processor has the instructions; without them none of the others may be called.
bool lanes_has_products(void);

void lanes_product_f32(
    const float *x, const float *w, const float *bias, float *y, size_t rows, size_t inner, size_t outs, size_t from,
    size_t to);

/// Both sides bfloat16, sums in float.
void lanes_product_bf16(
    const uint16_t *x, const uint16_t *w, const float *bias, float *y, size_t rows, size_t inner, size_t outs,
    size_t from, size_t to);

/// w holds whole numbers −127...127, x those of −32767...32767; each row of both has its own scale.
void lanes_product_int8(
    const int16_t *x, const float *x_scales, const int8_t *w, const float *w_scales, const float *bias, float *y,
    size_t rows, size_t inner, size_t outs, size_t from, size_t to);

/// One query's attention over `count` keys and values that lie one after another, `size` numbers each:
/// out = Σ softmax(scale · query·key) · value. `scores` has room for count and fifteen more. `next` is where the keys lie
/// that will be asked for after these: they are fetched on the way.
void lanes_attend_f32(
    const float *query, const float *keys, const float *values, size_t count, size_t size, float scale,
    const float *next, float *scores, float *out);
void lanes_attend_bf16(
    const uint16_t *query, const uint16_t *keys, const uint16_t *values, size_t count, size_t size, float scale,
    const uint16_t *next, float *scores, float *out);

#endif
