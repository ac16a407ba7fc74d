// What the training of a layer needs beside products: its bias's gradient, dropout, and the optimiser's step. Any grid of
// one dimension.

#include "device.h"

/// out[i] = a[i] · b[i]
extern "C" __global__ void __launch_bounds__(256) multiply_f32(const float *a, const float *b, float *out, longint count) {
    const longint step = longint(gridDim.x) * blockDim.x;
    for (longint i = longint(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step) out[i] = a[i] * b[i];
}

/// out[column] = Σ x[row, column], in the order of the rows.
extern "C" __global__ void __launch_bounds__(256) column_sums_f32(const float *x, float *out, int rows, int columns) {
    const int step = int(gridDim.x * blockDim.x);
    for (int column = int(blockIdx.x * blockDim.x + threadIdx.x); column < columns; column += step) {
        float sum = 0;
        for (int row = 0; row < rows; ++row) sum += x[longint(row) * columns + column];
        out[column] = sum;
    }
}

/// A step of AdamW (Loshchilov and Hutter 2019): `decay` is 1 − rate · weight decay, `size` the rate over the first
/// moment's correction, `correction` the root of the second's.
extern "C" __global__ void __launch_bounds__(256) adamw_f32(
    float *parameters, const float *gradients, float *first, float *second, longint count, float beta1, float beta2,
    float epsilon, float decay, float size, float correction) {
    const longint step = longint(gridDim.x) * blockDim.x;
    for (longint i = longint(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step) {
        const float g = gradients[i];
        const float m = first[i] * beta1 + g * (1 - beta1), v = second[i] * beta2 + g * g * (1 - beta2);
        first[i] = m;
        second[i] = v;
        parameters[i] = parameters[i] * decay - m * size / (sqrtf(v) / correction + epsilon);
    }
}
