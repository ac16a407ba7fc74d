// Convolutions as those of convolution.cu, in BFloat16, for GPUs whose groups of four warps multiply (compute capability
// 9.0), of images whose channels are a multiple of 64. Two groups share a tile of 128 rows and 128 outs.
//
// Steps go through 64 channels of all the kernel's cells, then the next 64; sums are made in that order. Windows are
// gathered by all threads, 16 bytes at a time; that path into shared memory would be the narrowest, so filters take
// another: they lie in memory as tiles, ready swizzled, each of which is one copy.

#include "convolution.h"
#include "wgmma.h"

static const int tileOuts = 128;

/// One thread's way through the windows: the same piece of every 32nd line of the tile.
struct CellReader {
    static const int lines = tileRows / (threadCount / tilePieces);
    const bf16 *images, *corner[lines];   // where the window's first cell is, or would be
    unsigned inside[lines];               // which cells lie in the image, a bit for each
    bool oddY[lines], oddX[lines];        // of the corner in images with each pixel twice
    int lineWidth, channels, kernelWidth, cells, doubled;
    int cell, cellY, cellX, channel;      // of the next step

    __device__ __forceinline__ CellReader(const Windows &w, const bf16 *images, int firstRow)
        : images(images), lineWidth(w.doubled ? w.width / 2 : w.width), channels(w.channels),
          kernelWidth(w.kernelWidth), cells(w.kernelHeight * w.kernelWidth), doubled(w.doubled), cell(0), cellY(0),
          cellX(0), channel(0) {
        const int lineCount = w.doubled ? w.height / 2 : w.height;
#pragma unroll
        for (int i = 0; i < lines; ++i) {
            const int row = firstRow + int(threadIdx.x) / tilePieces + i * (threadCount / tilePieces);
            const unsigned all = unsigned(row) / unsigned(w.outWidth), image = all / unsigned(w.outHeight);
            const int y = int(all - image * unsigned(w.outHeight)) * w.stride - w.top;
            const int x = int(unsigned(row) - all * unsigned(w.outWidth)) * w.stride - w.left;
            inside[i] = 0;
            for (int c = 0; c < cells && row < w.rows; ++c) {
                const int atY = y + c / kernelWidth, atX = x + c % kernelWidth;
                if (atY >= 0 && atY < w.height && atX >= 0 && atX < w.width) inside[i] |= 1u << c;
            }
            oddY[i] = doubled && y & 1;
            oddX[i] = doubled && x & 1;
            const int cornerY = doubled ? y >> 1 : y, cornerX = doubled ? x >> 1 : x;
            const longint pixel = (longint(image) * lineCount + cornerY) * lineWidth + cornerX;
            corner[i] = images + pixel * channels + int(threadIdx.x) % tilePieces * 8;
        }
    }

    __device__ __forceinline__ void load(char *tile) const {
        const int step = (cellY * lineWidth + cellX) * channels;
#pragma unroll
        for (int i = 0; i < lines; ++i) {
            const int own =
                doubled ? ((cellY + oddY[i]) / 2 * lineWidth + (cellX + oddX[i]) / 2) * channels : step;
            const bool isInside = inside[i] >> cell & 1;
            copy_async_16(
                tile + swizzled(
                    int(threadIdx.x) / tilePieces + i * (threadCount / tilePieces), int(threadIdx.x) % tilePieces),
                isInside ? corner[i] + own + channel : images, isInside ? 16 : 0);
        }
    }

    __device__ __forceinline__ void advance() {
        ++cell;
        if (++cellX == kernelWidth) {
            cellX = 0;
            ++cellY;
        }
        if (cell == cells) {
            cell = cellX = cellY = 0;
            channel += 64;
        }
    }
};

/// A group's sums: 64 rows of 128 outs.
struct GroupSums {
    float d[64];

    /// Asks for the products of 64 numbers of each window and filter, the first of all or more.
    __device__ __forceinline__ void add(const char *windows, const char *filters, bool isFirst) {
        const char *rows = windows + swizzled(int(threadIdx.x) / 128 * 64, 0);
        wgmma_hold(d);
        wgmma_fence();
#pragma unroll
        for (int k = 0; k < 4; ++k) {
            wgmma_m64n128k16_bf16(d, wgmma_operand(rows, k), wgmma_operand(filters, k), k > 0 || !isFirst);
        }
        wgmma_commit();
        wgmma_hold(d);
    }

    /// Calls body(row, out, sum of it, sum of the next out) for every second out.
    template <typename Body> __device__ __forceinline__ void each(Body body) {
        const int lane = int(threadIdx.x) % 32, warp = int(threadIdx.x) / 32;
#pragma unroll
        for (int half = 0; half < 2; ++half)
#pragma unroll
            for (int j = 0; j < 16; ++j)
                body(
                    warp * 16 + half * 8 + lane / 4, j * 8 + lane % 4 * 2, d[4 * j + 2 * half],
                    d[4 * j + 2 * half + 1]);
    }

    /// Σ x and Σ x² of each out over the tile's rows, those of a warp's sixteen first: table [2, outs]. `room` has 2048
    /// numbers of shared memory.
    __device__ __forceinline__ void moments(float *room, double *table, int outs) const {
        const int lane = int(threadIdx.x) % 32;
        float *own = room + int(threadIdx.x) / 32 * 256;
#pragma unroll
        for (int i = 0; i < 32; ++i) {
            const float x = d[i / 2 * 4 + i % 2], y = d[i / 2 * 4 + 2 + i % 2];
            float sum = x + y, square = x * x + y * y;
#pragma unroll
            for (int offset = 4; offset < 32; offset *= 2) {
                sum += __shfl_xor_sync(ALL_LANES, sum, offset);
                square += __shfl_xor_sync(ALL_LANES, square, offset);
            }
            if (lane < 4) {
                own[i / 2 * 8 + lane * 2 + i % 2] = sum;
                own[128 + i / 2 * 8 + lane * 2 + i % 2] = square;
            }
        }
        __syncthreads();
        double sum = 0;
#pragma unroll
        for (int warp = 0; warp < 8; ++warp) sum += room[warp * 256 + int(threadIdx.x)];
        table[int(threadIdx.x) / 128 * outs + int(threadIdx.x) % 128] = sum;
    }
};

/// Blocks: one for each tile of rows and of outs, those of the same rows beside each other. Steps are copied two ahead;
/// shared memory has 3 · (128 + 128) · 128 + 64 bytes, so that two blocks are at work, one of which may wait or write.
///
/// `filters` are tiles as tile_filters_bf16 makes them.
///
/// `moments` [rows / 128, 2, outs], unless it is NULL: Σ x and Σ x² of what was written, of each 128 rows; rows and outs
/// are then multiples of 128.
template <typename U>
__device__ __forceinline__ void convolve(
    const bf16 *images, const bf16 *filters, const float *bias, const float *addend, U *out, double *moments,
    const Windows &w, char *shared) {
    const int stages = 3, ahead = 2;
    const int windowBytes = tileRows * tilePieces * 16, stageBytes = windowBytes + tileOuts * tilePieces * 16;
    const unsigned tilesAcross = unsigned(w.outs + tileOuts - 1) / tileOuts;
    const int rowTile = int(blockIdx.x / tilesAcross);
    const int firstRow = rowTile * tileRows, firstOut = int(blockIdx.x - unsigned(rowTile) * tilesAcross) * tileOuts;
    const int count = w.kernelHeight * w.kernelWidth * w.channels / 64;

    CellReader reader(w, images, firstRow);
    CopyBarrier *const arrivals = reinterpret_cast<CopyBarrier *>(shared + stages * stageBytes);
    if (threadIdx.x == 0) {
        for (int slot = 0; slot < stages; ++slot) copy_barrier_make(arrivals + slot, 1);
    }
    __syncthreads();
    const bf16 *tile = filters + longint(firstOut / tileOuts) * count * tileOuts * 64;
    const auto load = [&](int slot) {
        char *const to = shared + slot * stageBytes;
        if (threadIdx.x == 0) copy_bulk(to + windowBytes, tile, tileOuts * tilePieces * 16, arrivals + slot);
        tile += tileOuts * 64;
        reader.load(to);
        reader.advance();
    };
#pragma unroll
    for (int k = 0; k < ahead; ++k) {
        if (k < count) load(k);
        copy_async_commit();
    }
    GroupSums sums;
    int slot = 0, free = ahead;
    unsigned phase = 0;
    for (int k = 0; k < count; ++k) {
        copy_async_wait<ahead - 1>();
        copy_barrier_wait(arrivals + slot, phase);
        show_shared_writes();
        wgmma_wait<0>();
        __syncthreads();
        sums.add(shared + slot * stageBytes, shared + slot * stageBytes + windowBytes, k == 0);
        if (k + ahead < count) load(free);
        copy_async_commit();
        slot = slot + 1 == stages ? 0 : slot + 1;
        phase ^= slot == 0;
        free = free + 1 == stages ? 0 : free + 1;
    }
    wgmma_wait<0>();
    wgmma_hold(sums.d);
    const Writer<U> writer = {out, bias, addend, firstRow, firstOut, w.rows, w.outs};
    // All is read before anything is written, so that nobody waits for each number by itself.
    sums.each([&](int row, int column, float &a, float &b) { writer.add(row, column, a, b); });
    sums.each([&](int row, int column, float &a, float &b) { writer.write(row, column, a, b); });
    if (moments == nullptr) return;
    __syncthreads();   // nobody reads windows and filters any more
    sums.moments(reinterpret_cast<float *>(shared), moments + longint(rowTile) * 2 * w.outs + firstOut, w.outs);
}

#define CONVOLUTION(name, U)                                                                                         \
    extern "C" __global__ void __launch_bounds__(256, 2) name(                                                       \
        const bf16 *images, const bf16 *filters, const float *bias, const float *addend, U *out, double *moments,    \
        int rows, int height, int width, int channels, int kernelHeight, int kernelWidth, int stride, int top,       \
        int left, int outHeight, int outWidth, int doubled, int outCount) {                                          \
        DYNAMIC_SHARED_TILES(char, shared);                                                                          \
        const Windows windows = {rows, height, width, channels, kernelHeight, kernelWidth, stride, top, left,        \
                                 outHeight, outWidth, doubled, outCount};                                            \
        convolve<U>(images, filters, bias, addend, out, moments, windows, shared);                                   \
    }

CONVOLUTION(convolve_wgmma_bf16_f32, float)
CONVOLUTION(convolve_wgmma_bf16_bf16, bf16)

/// Filters [outs, ins, cells] as tiles [outs / 128, ins / 64, cells, 128, 64], zeros beyond the last out, each line's pieces
/// swizzled as in shared memory.
extern "C" __global__ void tile_filters_bf16(const bf16 *filters, bf16 *out, int outs, int ins, int cells) {
    const longint each = longint(ins) * cells * tileOuts, all = (outs + tileOuts - 1) / tileOuts * each;
    const longint step = longint(gridDim.x) * blockDim.x;
    for (longint i = longint(blockIdx.x) * blockDim.x + threadIdx.x; i < all; i += step) {
        const int line = int(i / 64 % tileOuts), at = int(i % 64), number = int(i % each / (64 * tileOuts));
        const int channel = number / cells * 64 + ((at / 8) ^ (line & 7)) * 8 + at % 8, cell = number % cells;
        const longint row = i / each * tileOuts + line;
        out[i] = row < outs ? filters[(row * ins + channel) * cells + cell] : bf16(0);
    }
}

/// Filters [outs, ins, 3, 3] as those of each corner of the four places that a pixel makes when it stands twice in both
/// directions: two lines and two columns of pixels, each with the sum of the cells that fall on it. Tiles [corner,
/// outs / 128, ins / 64, 2, 2, 128, 64], each line's pieces swizzled as in shared memory.
extern "C" __global__ void double_filters_bf16(const bf16 *filters, bf16 *out, int outs, int ins) {
    const longint each = longint(ins) * 4 * tileOuts, corner = outs / tileOuts * each;
    const longint step = longint(gridDim.x) * blockDim.x;
    for (longint i = longint(blockIdx.x) * blockDim.x + threadIdx.x; i < 4 * corner; i += step) {
        const int at = int(i / corner), line = int(i / 64 % tileOuts), place = int(i % 64);
        const int number = int(i % each / (64 * tileOuts)), cell = number % 4;
        const int channel = number / 4 * 64 + ((place / 8) ^ (line & 7)) * 8 + place % 8;
        const bf16 *filter = filters + ((i % corner / each * tileOuts + line) * ins + channel) * 9;
        // Of three lines, the first falls on the first pixel in the upper corners, the first two in the lower ones.
        const int split = 1 + at / 2, splitX = 1 + at % 2;
        float sum = 0;
        for (int y = cell / 2 ? split : 0; y < (cell / 2 ? 3 : split); ++y) {
            for (int x = cell % 2 ? splitX : 0; x < (cell % 2 ? 3 : splitX); ++x) sum += widen(filter[y * 3 + x]);
        }
        out[i] = narrow(sum);
    }
}
