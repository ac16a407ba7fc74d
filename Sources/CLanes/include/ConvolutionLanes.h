#ifndef CONVOLUTION_LANES_H
#define CONVOLUTION_LANES_H

#include <stdbool.h>
#include <stddef.h>

/// Kernels of frozen convolution networks over channels-last images, in either type of number. Like those of CLanes.h
/// they exist for three kinds of x-86 processor, sum in one order and ask for no alignment.

/// How numbers lie in memory. BFloat16 is widened when read; what is written is rounded to nearest, ties to even.
/// What is not a number stays so.
typedef enum { LANES_F32, LANES_BF16 } lanes_type;

/// Adds, for each channel of `pixels` rows of `channels` numbers, Σ x to `sums` and Σ x² to `squares`.
///
/// The squares of 64 pixels at a time are summed about the first of them, so that the variance Σ x²/n − (Σ x/n)², taken
/// in double, loses nothing where the mean is far larger than the deviation.
void lanes_moments(const void *x, lanes_type type, size_t pixels, size_t channels, double *sums, double *squares);

/// y = x · factors[channel] + offsets[channel], and then x · sigmoid(x) of that where `silu` says so.
void lanes_affine(
    const void *x, lanes_type from, void *y, lanes_type to, size_t pixels, size_t channels, const float *factors,
    const float *offsets, bool silu);

/// y = x in the other type, or in the same one.
void lanes_convert(const void *x, lanes_type from, void *y, lanes_type to, size_t count);

/// x += y.
void lanes_add(void *x, lanes_type of_x, const void *y, lanes_type of_y, size_t count);

/// y[channel] = the largest number of a window of `rows` · `columns` pixels, its rows `stride` numbers apart.
void lanes_window_largest(
    const void *x, lanes_type type, size_t rows, size_t columns, size_t stride, size_t channels, void *y);

/// y[channel] = the sum over a window · factor.
void lanes_window_sum(
    const void *x, lanes_type type, size_t rows, size_t columns, size_t stride, size_t channels, float factor, void *y);

#endif
