// The two ends of Winograd's short products for 3×3 kernels, F(4×4, 3×3) of Lavin and Gray (2016): pieces of 6×6 pixels
// into 36 planes, and 36 planes of products into pieces of 4×4 pixels. Between them stand 36 products of matrices.
//
// The points are 0, ±a, ±b and infinity with a = 5/8 and b = 3/2, whose squares are exact: with 1 and 2, as in the paper,
// errors are larger.
#ifndef KERNELS_SIMD_WINOGRAD_H
#define KERNELS_SIMD_WINOGRAD_H

#include "../include/Kernels.h"
#include "Activations.h"
#include "Simd.h"

#define WINOGRAD_A 0.625f
#define WINOGRAD_B 1.5f
#define WINOGRAD_A2 (WINOGRAD_A * WINOGRAD_A)
#define WINOGRAD_B2 (WINOGRAD_B * WINOGRAD_B)

// Six numbers of a row or column, `step` apart, as values at the six points.
SIMD_INLINE void winograd_six(const simd *x, const int step, simd *y) {
    const simd even_a = x[4 * step] - x[2 * step] * WINOGRAD_B2, odd_a = x[3 * step] - x[step] * WINOGRAD_B2;
    const simd even_b = x[4 * step] - x[2 * step] * WINOGRAD_A2, odd_b = x[3 * step] - x[step] * WINOGRAD_A2;
    y[0] = x[4 * step] - x[2 * step] * (WINOGRAD_A2 + WINOGRAD_B2) + x[0] * (WINOGRAD_A2 * WINOGRAD_B2);
    y[step] = even_a + odd_a * WINOGRAD_A;
    y[2 * step] = even_a - odd_a * WINOGRAD_A;
    y[3 * step] = even_b + odd_b * WINOGRAD_B;
    y[4 * step] = even_b - odd_b * WINOGRAD_B;
    y[5 * step] = x[5 * step] - x[3 * step] * (WINOGRAD_A2 + WINOGRAD_B2) + x[step] * (WINOGRAD_A2 * WINOGRAD_B2);
}

// Values at the six points, `step` apart, as four numbers.
SIMD_INLINE void winograd_four(const simd *x, const int step, simd *y) {
    const simd sum_a = x[step] + x[2 * step], gap_a = x[step] - x[2 * step];
    const simd sum_b = x[3 * step] + x[4 * step], gap_b = x[3 * step] - x[4 * step];
    y[0] = x[0] + sum_a + sum_b;
    y[step] = gap_a * WINOGRAD_A + gap_b * WINOGRAD_B;
    y[2 * step] = sum_a * WINOGRAD_A2 + sum_b * WINOGRAD_B2;
    y[3 * step] = gap_a * (WINOGRAD_A2 * WINOGRAD_A) + gap_b * (WINOGRAD_B2 * WINOGRAD_B) + x[5 * step];
}

// Where a piece of 4×4 pixels begins.
typedef struct {
    size_t image, top, left;
} winograd_place;

static winograd_place winograd_place_of(const convolution *w, size_t piece) {
    const size_t across = (w->out_width + 3) / 4, pieces = across * ((w->out_height + 3) / 4), own = piece % pieces;
    return (winograd_place){piece / pieces, own / across * 4, own % across * 4};
}

static void winograd_take(
    const convolution *w, const float *images, size_t from, size_t to, float *planes, size_t plane) {
    for (size_t piece = from; piece < to; piece++) {
        const winograd_place place = winograd_place_of(w, piece);
        const float *image = images + place.image * w->height * w->width * w->channels;
        for (size_t c = 0; c < w->channels; c += 16) {
            simd pixels[36], columns[36];
            for (size_t y = 0; y < 6; y++)
                for (size_t x = 0; x < 6; x++) {
                    const size_t row = place.top + y - w->top, column = place.left + x - w->left;   // below 0: far too large
                    const bool is_inside = row < w->height && column < w->width;
                    pixels[6 * y + x] = is_inside ? AT(image + (row * w->width + column) * w->channels + c) : ALL(0);
                }
            SIMD_UNROLL for (int x = 0; x < 6; x++) winograd_six(pixels + x, 6, columns + x);
            SIMD_UNROLL for (int y = 0; y < 6; y++) winograd_six(columns + 6 * y, 1, pixels + 6 * y);
            float *at = planes + (piece - from) * w->channels + c;
            for (size_t i = 0; i < 36; i++) PUT(at + i * plane, pixels[i]);
        }
    }
}

static void winograd_give(
    const convolution *w, const float *planes, size_t plane, size_t from, size_t to, const float *bias, bool relu,
    float *images) {
    for (size_t piece = from; piece < to; piece++) {
        const winograd_place place = winograd_place_of(w, piece);
        float *image = images + place.image * w->out_height * w->out_width * w->outs;
        for (size_t c = 0; c < w->outs; c += 16) {
            simd points[36], columns[36];
            const float *at = planes + (piece - from) * w->outs + c;
            for (size_t i = 0; i < 36; i++) points[i] = AT(at + i * plane);
            SIMD_UNROLL for (int x = 0; x < 6; x++) winograd_four(points + x, 6, columns + x);
            SIMD_UNROLL for (int y = 0; y < 4; y++) winograd_four(columns + 6 * y, 1, points + 6 * y);
            const simd start = bias ? AT(bias + c) : ALL(0);
            for (size_t y = 0; y < 4 && place.top + y < w->out_height; y++)
                for (size_t x = 0; x < 4 && place.left + x < w->out_width; x++) {
                    simd value = points[6 * y + x] + start;
                    if (relu) value = RELU(value);
                    PUT(image + ((place.top + y) * w->out_width + place.left + x) * w->outs + c, value);
                }
        }
    }
}

#endif
