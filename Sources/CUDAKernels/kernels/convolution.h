// What kernels for convolutions share: what is convolved, how tiles lie in shared memory, and how sums go out.

#ifndef KERNELS_CONVOLUTION_H
#define KERNELS_CONVOLUTION_H

#include "device.h"

/// What is convolved; places of the result are counted over images, then lines, then places.
struct Windows {
    int rows, height, width, channels, kernelHeight, kernelWidth, stride, top, left, outHeight, outWidth, doubled, outs;
};

static const int tilePieces = 8;   // of 16 bytes, in a line of shared memory
static const int threadCount = 256;
static const int tileRows = 128;

/// Where piece `piece` of line `line` stands in shared memory, so that eight lines' pieces lie in different banks.
__device__ __forceinline__ int swizzled(int line, int piece) { return (line * tilePieces + (piece ^ (line & 7))) * 16; }

/// Where sums go: the bias and what else is added to them, and the memory they are written to.
template <typename U> struct Writer {
    U *out;
    const float *bias, *addend;
    int firstRow, firstOut, rows, outs;

    /// Adds to the sums of two neighbouring outs, which are one where `outs` ends.
    __device__ __forceinline__ void add(int row, int column, float &sum, float &next) const {
        row += firstRow;
        column += firstOut;
        if (row >= rows || column >= outs) return;
        const longint at = longint(row) * outs + column;
        if (outs % 2 != 0) {
            const bool both = column + 1 < outs;
            if (bias) sum += bias[column], next += both ? bias[column + 1] : 0;
            if (addend) sum += addend[at], next += both ? addend[at + 1] : 0;
            return;
        }
        if (bias) {
            const float2 offset = *reinterpret_cast<const float2 *>(bias + column);
            sum += offset.x;
            next += offset.y;
        }
        if (addend) {
            const float2 other = *reinterpret_cast<const float2 *>(addend + at);
            sum += other.x;
            next += other.y;
        }
    }

    /// Writes two neighbouring outs, and leaves in them what was written.
    __device__ __forceinline__ void write(int row, int column, float &sum, float &next) const {
        row += firstRow;
        column += firstOut;
        if (row >= rows || column >= outs) return;
        U *const to = out + longint(row) * outs + column;
        if (outs % 2 == 0) return pair(to, sum, next);
        put(to, sum);
        if (column + 1 < outs) put(to + 1, next);
    }

    /// Both for one out, or for two.
    __device__ __forceinline__ void operator()(int row, int column, float &sum) const {
        row += firstRow;
        column += firstOut;
        if (row >= rows || column >= outs) return;
        const longint at = longint(row) * outs + column;
        if (bias) sum += bias[column];
        if (addend) sum += addend[at];
        put(out + at, sum);
    }
    __device__ __forceinline__ void operator()(int row, int column, float &sum, float &next) const {
        add(row, column, sum, next);
        write(row, column, sum, next);
    }

    static __device__ __forceinline__ void pair(float *to, float &a, float &b) {
        *reinterpret_cast<float2 *>(to) = make_float2(a, b);
    }
    static __device__ __forceinline__ void pair(bf16 *to, float &a, float &b) {
        const unsigned both = narrow(a) | (unsigned(narrow(b)) << 16);
        *reinterpret_cast<unsigned *>(to) = both;
        a = low_half(both);
        b = high_half(both);
    }
};

#endif
