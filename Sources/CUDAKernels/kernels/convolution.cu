// Convolutions as products of windows that are never laid out: each block makes 128 places of the result for 128 (or
// 16) filters, and gathers its windows piece by piece into shared memory while pieces before are multiplied.
//
// BFloat16 by tensor cores with Float32 sums; Float32 by plain multiplications. Channels are a multiple of the
// numbers in 16 bytes. Sums are made in the order kernel line, kernel place, channel: a place of the result does not
// depend on its batch.

#include "convolution.h"

/// One thread's way through the windows: the same piece of every 32nd line of the tile.
template <typename T> struct Reader {
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

template <typename T, int outs> struct Sums;

/// Eight warps; each makes 64 × 32 numbers of 128 × 128, or 16 × 16 of 128 × 16.
template <int outs> struct Sums<bf16, outs> {
    static const int across = outs < 32 ? 1 : outs / 32;   // warps beside each other
    static const int rowParts = tileRows / (8 / across) / 16, outParts = outs / across / 8;
    float d[rowParts][outParts][4];

    __device__ __forceinline__ int firstRow() const { return int(threadIdx.x) / 32 / across * rowParts * 16; }
    __device__ __forceinline__ int firstOut() const { return int(threadIdx.x) / 32 % across * outParts * 8; }

    __device__ __forceinline__ void clear() {
#pragma unroll
        for (int i = 0; i < rowParts; ++i)
#pragma unroll
            for (int j = 0; j < outParts; ++j)
#pragma unroll
                for (int n = 0; n < 4; ++n) d[i][j][n] = 0;
    }

    __device__ __forceinline__ void add(const char *windows, const char *filters) {
        const int lane = int(threadIdx.x) % 32;
#pragma unroll
        for (int k = 0; k < tilePieces; k += 2) {
            unsigned b[outParts][2];
#pragma unroll
            for (int j = 0; j < outParts; j += 2) {
                unsigned both[4];
                ldmatrix_x4(both, filters + swizzled(firstOut() + j * 8 + lane / 16 * 8 + lane % 8, k + lane / 8 % 2));
                b[j][0] = both[0];
                b[j][1] = both[1];
                b[j + 1][0] = both[2];
                b[j + 1][1] = both[3];
            }
#pragma unroll
            for (int i = 0; i < rowParts; ++i) {
                unsigned a[4];
                ldmatrix_x4(a, windows + swizzled(firstRow() + i * 16 + lane % 16, k + lane / 16));
#pragma unroll
                for (int j = 0; j < outParts; ++j) mma_m16n8k16_bf16(d[i][j], a, b[j]);
            }
        }
    }

    /// Calls body(row, out, sum of it, sum of the next out) for every second out.
    template <typename Body> __device__ __forceinline__ void each(Body body) {
        const int lane = int(threadIdx.x) % 32;
#pragma unroll
        for (int i = 0; i < rowParts; ++i)
#pragma unroll
            for (int half = 0; half < 2; ++half)
#pragma unroll
                for (int j = 0; j < outParts; ++j)
                    body(
                        firstRow() + i * 16 + half * 8 + lane / 4, firstOut() + j * 8 + lane % 4 * 2,
                        d[i][j][2 * half], d[i][j][2 * half + 1]);
    }
};

/// Sixteen by sixteen threads; each makes every sixteenth row, and pairs of outs.
template <int outs> struct Sums<float, outs> {
    static const int rowParts = tileRows / 16, outParts = outs / 16;
    float d[rowParts][outParts];

    __device__ __forceinline__ int firstRow() const { return int(threadIdx.x) / 32 % 2 * 8 + int(threadIdx.x) % 8; }
    __device__ __forceinline__ int firstOut() const {
        return int(threadIdx.x) / 64 * 4 + int(threadIdx.x) % 32 / 8;
    }

    __device__ __forceinline__ void clear() {
#pragma unroll
        for (int i = 0; i < rowParts; ++i)
#pragma unroll
            for (int j = 0; j < outParts; ++j) d[i][j] = 0;
    }

    __device__ __forceinline__ void add(const char *windows, const char *filters) {
#pragma unroll 1
        for (int k = 0; k < tilePieces; ++k) {
            // Half of the rows at a time, which registers have room for.
#pragma unroll
            for (int half = 0; half < rowParts; half += rowParts / 2) {
                float4 a[rowParts / 2];
#pragma unroll
                for (int i = 0; i < rowParts / 2; ++i)
                    a[i] = *reinterpret_cast<const float4 *>(windows + swizzled(firstRow() + 16 * (half + i), k));
#pragma unroll
                for (int j = 0; j < outParts; ++j) {
                    const float4 b = *reinterpret_cast<const float4 *>(filters + swizzled(firstOut() + 16 * j, k));
#pragma unroll
                    for (int i = 0; i < rowParts / 2; ++i) {
                        d[half + i][j] = fmaf(a[i].x, b.x, d[half + i][j]);
                        d[half + i][j] = fmaf(a[i].y, b.y, d[half + i][j]);
                        d[half + i][j] = fmaf(a[i].z, b.z, d[half + i][j]);
                        d[half + i][j] = fmaf(a[i].w, b.w, d[half + i][j]);
                    }
                }
            }
        }
    }

    template <typename Body> __device__ __forceinline__ void each(Body body) {
#pragma unroll
        for (int i = 0; i < rowParts; ++i)
#pragma unroll
            for (int j = 0; j < outParts; ++j) body(firstRow() + 16 * i, firstOut() + 16 * j, d[i][j]);
    }
};

/// Blocks: one for each tile of rows and of outs, those of the same rows beside each other. Shared memory:
/// 3 · (128 + outs) · 128 bytes.
template <typename T, typename U, int outs>
__device__ __forceinline__ void convolve(
    const T *images, const T *filters, const float *bias, const float *addend, U *out, const Windows &w, char *shared) {
    const int stages = 3;
    const int windowBytes = tileRows * tilePieces * 16, stageBytes = windowBytes + outs * tilePieces * 16;
    const int step = tilePieces * 16 / int(sizeof(T));
    const unsigned tilesAcross = unsigned(w.outs + outs - 1) / outs;
    const int rowTile = int(blockIdx.x / tilesAcross);
    const int firstRow = rowTile * tileRows, firstOut = int(blockIdx.x - unsigned(rowTile) * tilesAcross) * outs;
    const int inner = w.kernelHeight * w.kernelWidth * w.channels;
    const int count = (inner + step - 1) / step;

    Reader<T> reader(w, images, firstRow);
#pragma unroll
    for (int stage = 0; stage < stages - 1; ++stage) {
        if (stage < count) {
            reader.load(shared + stage * stageBytes);
            load_filters<T, outs>(
                shared + stage * stageBytes + windowBytes, filters, firstOut, w.outs, stage * step, inner);
            reader.advance();
        }
        copy_async_commit();
    }
    Sums<T, outs> sums;
    sums.clear();
    int slot = 0, free = stages - 1;
    for (int k = 0; k < count; ++k) {
        copy_async_wait<stages - 2>();
        __syncthreads();
        if (k + stages - 1 < count) {
            reader.load(shared + free * stageBytes);
            load_filters<T, outs>(
                shared + free * stageBytes + windowBytes, filters, firstOut, w.outs, (k + stages - 1) * step, inner);
            reader.advance();
        }
        copy_async_commit();
        sums.add(shared + slot * stageBytes, shared + slot * stageBytes + windowBytes);
        slot = slot + 1 == stages ? 0 : slot + 1;
        free = free + 1 == stages ? 0 : free + 1;
    }
    const Writer<U> writer = {out, bias, addend, firstRow, firstOut, w.rows, w.outs};
    sums.each(writer);
}

#define CONVOLUTION(name, T, U, outs)                                                                                \
    extern "C" __global__ void __launch_bounds__(256, 2) name(                                                       \
        const T *images, const T *filters, const float *bias, const float *addend, U *out, int rows, int height,     \
        int width, int channels, int kernelHeight, int kernelWidth, int stride, int top, int left,                   \
        int outHeight, int outWidth, int doubled, int outCount) {                                                    \
        DYNAMIC_SHARED(char, shared);                                                                                \
        const Windows windows = {rows, height, width, channels, kernelHeight, kernelWidth, stride, top, left,        \
                                 outHeight, outWidth, doubled, outCount};                                            \
        convolve<T, U, outs>(images, filters, bias, addend, out, windows, shared);                                   \
    }

// Many outs, and few.
CONVOLUTION(convolve_f32_f32, float, float, 128)
CONVOLUTION(convolve_bf16_f32, bf16, float, 128)
CONVOLUTION(convolve_bf16_bf16, bf16, bf16, 128)
CONVOLUTION(convolve_few_f32_f32, float, float, 16)
CONVOLUTION(convolve_few_bf16_f32, bf16, float, 16)
CONVOLUTION(convolve_few_bf16_bf16, bf16, bf16, 16)
