#include "Activations.h"
#include "CLanes.h"

KERNEL void lanes_gelu(const float *x, float *y, size_t count) {
    ROW_PUT(y, count, GELU(AT(x + i)), GELU(SOME_OF(x + i, left, 0)));
}

KERNEL void lanes_gelu_bf16(const uint16_t *x, uint16_t *y, size_t count) {
    ROW_PUT_ROUNDED(y, count, GELU(WIDENED(x + i)), GELU(SOME_WIDENED(x + i, left)));
}

KERNEL void lanes_gelu_gradient(const float *x, const float *g, float *y, size_t count) {
    ROW_PUT(y, count, SLOPE(AT(x + i)) * AT(g + i), SLOPE(SOME_OF(x + i, left, 0)) * SOME_OF(g + i, left, 0));
}

KERNEL void lanes_gelu_gradient_bf16(const uint16_t *x, const uint16_t *g, uint16_t *y, size_t count) {
    ROW_PUT_ROUNDED(
        y, count, SLOPE(WIDENED(x + i)) * WIDENED(g + i), SLOPE(SOME_WIDENED(x + i, left)) * SOME_WIDENED(g + i, left));
}
