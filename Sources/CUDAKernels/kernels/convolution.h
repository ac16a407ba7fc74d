// What kernels for convolutions share: how windows come into shared memory, and how sums go out.

#ifndef KERNELS_CONVOLUTION_H
#define KERNELS_CONVOLUTION_H

#include "device.h"

/// What is convolved; places of the result are counted over images, then lines, then places.
struct Windows {
    int rows, height, width, channels, kernelHeight, kernelWidth, stride, top, left, outHeight, outWidth, doubled, outs;
};

static const int tilePieces = 8;   // of 16 bytes, in a line of shared memory
static const int threadCount = 256;

/// Where piece `piece` of line `line` stands in shared memory, so that eight lines' pieces lie in different banks.
__device__ __forceinline__ int swizzled(int line, int piece) { return (line * tilePieces + (piece ^ (line & 7))) * 16; }

/// One thread's way through the windows: the same piece of every 32nd line of the tile.
template <typename T, int tileRows> struct Reader {
    static const int each = 16 / int(sizeof(T));
    static const int lines = tileRows / (threadCount / tilePieces);
    const T *images;
    int place[lines], y[lines], x[lines];   // the image's first pixel, the window's corner
    int height, width, lineWidth, channels, kernelHeight, kernelWidth, doubled;
    int line, piece, channel, cellY, cellX;

    __device__ __forceinline__ Reader(const Windows &w, const T *images, int firstRow)
        : images(images), height(w.height), width(w.width), lineWidth(w.doubled ? w.width / 2 : w.width),
          channels(w.channels), kernelHeight(w.kernelHeight), kernelWidth(w.kernelWidth), doubled(w.doubled) {
        line = int(threadIdx.x) / tilePieces;
        piece = int(threadIdx.x) % tilePieces;
        const int lineCount = w.doubled ? w.height / 2 : w.height;
#pragma unroll
        for (int i = 0; i < lines; ++i) {
            const int row = firstRow + line + i * (threadCount / tilePieces);
            const unsigned all = unsigned(row) / unsigned(w.outWidth), image = all / unsigned(w.outHeight);
            x[i] = int(unsigned(row) - all * unsigned(w.outWidth)) * w.stride - w.left;
            // Beyond the last row nothing is inside the image.
            y[i] = row < w.rows ? int(all - image * unsigned(w.outHeight)) * w.stride - w.top : -(1 << 28);
            place[i] = row < w.rows ? int(image) * lineCount * lineWidth : 0;
        }
        channel = piece * each;
        cellY = cellX = 0;
        settle();
    }

    /// Moves on to the cell that the channel belongs to.
    __device__ __forceinline__ void settle() {
        while (channel >= channels) {
            channel -= channels;
            if (++cellX == kernelWidth) {
                cellX = 0;
                ++cellY;
            }
        }
    }

    __device__ __forceinline__ void load(char *tile) const {
#pragma unroll
        for (int i = 0; i < lines; ++i) {
            int sourceY = y[i] + cellY, sourceX = x[i] + cellX;
            const bool inside =
                sourceY >= 0 && sourceY < height && sourceX >= 0 && sourceX < width && cellY < kernelHeight;
            if (doubled) {
                sourceY >>= 1;
                sourceX >>= 1;
            }
            const T *from = images;
            if (inside) from += longint(place[i] + sourceY * lineWidth + sourceX) * channels + channel;
            copy_async_16(tile + swizzled(line + i * (threadCount / tilePieces), piece), from, inside ? 16 : 0);
        }
    }

    __device__ __forceinline__ void advance() {
        channel += tilePieces * each;
        settle();
    }
};

/// Filters `firstOut` and after, their pieces from `k` on.
template <typename T, int outs>
__device__ __forceinline__ void load_filters(
    char *tile, const T *filters, int firstOut, int allOuts, int k, int inner) {
    const int each = 16 / int(sizeof(T));
    const int at = k + int(threadIdx.x) % tilePieces * each;
    for (int line = int(threadIdx.x) / tilePieces; line < outs; line += threadCount / tilePieces) {
        const bool inside = at < inner && firstOut + line < allOuts;
        copy_async_16(
            tile + swizzled(line, int(threadIdx.x) % tilePieces),
            inside ? filters + longint(firstOut + line) * inner + at : filters, inside ? 16 : 0);
    }
}

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
