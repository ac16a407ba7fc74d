#ifndef CLANES_H
#define CLANES_H

#include <stddef.h>
#include <stdint.h>

#include "FlashAttention.h"
#include "PanelProduct.h"
#include "CachedAttention.h"
#include "StreamedProduct.h"

/// Kernels over rows of floats, sixteen at a time. On x86-64 each exists three times (AVX-512, AVX2 with fused
/// multiply-add, SSE2) and the loader picks what the processor has; elsewhere the compiler's own vectors serve.
///
/// Every sum is made in one order: sixteen partial sums, then those, then the rest. Rows may overlap only where
/// input and output are the same. No alignment is asked for.

/// y[i] = softmax of scale·x[i] for i < kept; y[i] = 0 for kept ≤ i < width.
void lanes_softmax(const float *x, float *y, size_t kept, size_t width, float scale);

/// For p = softmax(scale·x) and the gradient g of p: y = scale · p · (g − Σ g·p).
void lanes_softmax_gradient(const float *p, const float *g, float *y, size_t width, float scale);

/// log Σ eˣ.
float lanes_log_sum_exp(const float *x, size_t count);

/// y = e^(x − shift) · factor.
void lanes_exponential(const float *x, float *y, size_t count, float shift, float factor);

/// y = (x − mean) · inverse · gamma + beta; the row's mean and 1/√(variance + epsilon) go to statistics[0] and [1].
void lanes_layer_norm(
    const float *x, const float *gamma, const float *beta, float *y, size_t width, float epsilon, float *statistics);

/// The same with y rounded to bfloat16.
void lanes_layer_norm_bf16(
    const float *x, const float *gamma, const float *beta, uint16_t *y, size_t width, float epsilon, float *statistics);

/// The gradient of layer norm's input: with n = (x − mean)·inverse and s = g·gamma,
/// y = inverse · (s − mean(s) − n · mean(s·n)).
void lanes_layer_norm_gradient(
    const float *x, const float *g, const float *gamma, float *y, size_t width, const float *statistics);

/// The same from a gradient in bfloat16.
void lanes_layer_norm_gradient_bf16(
    const float *x, const uint16_t *g, const float *gamma, float *y, size_t width, const float *statistics);

/// GELU with the exact normal distribution function, x·Φ(x), within 1e-7, and its gradient from the one of its result; in
/// bfloat16 the numbers are rounded on the way in and out only.
void lanes_gelu(const float *x, float *y, size_t count);
void lanes_gelu_bf16(const uint16_t *x, uint16_t *y, size_t count);
void lanes_gelu_gradient(const float *x, const float *g, float *y, size_t count);
void lanes_gelu_gradient_bf16(const uint16_t *x, const uint16_t *g, uint16_t *y, size_t count);

/// One query's attention over `count` keys and values that lie `stride` floats apart; `scores` has room for count.
/// out = Σ softmax(scale · query·key) · value.
void lanes_attend(
    const float *query, const float *keys, const float *values, size_t stride, size_t count, size_t size, float scale,
    float *scores, float *out);

/// A row as whole numbers, −127...127 or −32767...32767, times the scale that is answered: the nearest ones.
float lanes_to_int8(const float *x, int8_t *y, size_t count);
float lanes_to_int16(const float *x, int16_t *y, size_t count);

/// One step of AdamW on `count` parameters p with gradients g and moments m and v.
void lanes_adamw(
    float *p, const float *g, float *m, float *v, size_t count, float beta1, float beta2, float epsilon, float decay,
    float size, float correction);

#include "ConvolutionLanes.h"

#endif
