// Images [batch, height, width, channels] before a product with filters, and what stands between products.

#include "device.h"

/// Sixteen bytes as they lie.
typedef uint4 piece;

/// Windows of images as the rows of a matrix, so that a convolution is a product with filters [out, step].
///
/// Row `first + r` of all (counted over images, then lines, then places of the result) becomes row r of `out`: `step`
/// numbers, in the order kernel line, kernel place, channel; zeros beyond the image and behind the last of them. With
/// `doubled` the image is seen with each pixel twice in both directions. Height and width are those of the image that
/// the window moves over.
template <typename T>
__device__ __forceinline__ void windows(
    const T *images, T *out, int first, int rows, int height, int width, int channels, int kernelHeight,
    int kernelWidth, int stride, int top, int left, int outHeight, int outWidth, int doubled, int step) {
    const int cells = kernelHeight * kernelWidth;
    const int each = 16 / int(sizeof(T));
    // By pieces of sixteen bytes where no piece belongs to two pixels, number by number elsewhere.
    const bool isWhole = channels % each == 0 && step == cells * channels;
    const bool byPieces = isWhole && is_aligned(images, 16) && is_aligned(out, 16);
    const int unit = byPieces ? each : 1;
    const unsigned perRow = unsigned(step / unit), perCell = unsigned(channels / unit);
    const int lineWidth = doubled ? width / 2 : width, lineCount = doubled ? height / 2 : height;
    const unsigned count = unsigned(rows) * perRow, all = gridDim.x * blockDim.x;   // below 2³¹, by the caller
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < count; i += all) {
        const unsigned r = i / perRow, place = i - r * perRow;
        const unsigned cell = place / perCell, part = place - cell * perCell;
        const unsigned row = unsigned(first) + r, line = row / unsigned(outWidth);
        const unsigned image = line / unsigned(outHeight);
        const int x = int(row - line * unsigned(outWidth)), y = int(line - image * unsigned(outHeight));
        const int kernelLine = int(cell) / kernelWidth;
        int sourceY = y * stride - top + kernelLine;
        int sourceX = x * stride - left + int(cell) - kernelLine * kernelWidth;
        const bool inside =
            int(cell) < cells && sourceY >= 0 && sourceY < height && sourceX >= 0 && sourceX < width;
        if (doubled) {
            sourceY >>= 1;
            sourceX >>= 1;
        }
        const longint from =
            ((longint(image) * lineCount + sourceY) * lineWidth + sourceX) * channels + part * unsigned(unit);
        if (byPieces) {
            piece value = {0, 0, 0, 0};
            if (inside) value = *reinterpret_cast<const piece *>(images + from);
            *reinterpret_cast<piece *>(out + longint(i) * each) = value;
        } else {
            out[i] = inside ? images[from] : T(0);
        }
    }
}

extern "C" __global__ void im2col_f32(
    const float *images, float *out, int first, int rows, int height, int width, int channels, int kernelHeight,
    int kernelWidth, int stride, int top, int left, int outHeight, int outWidth, int doubled, int step) {
    windows(
        images, out, first, rows, height, width, channels, kernelHeight, kernelWidth, stride, top, left, outHeight,
        outWidth, doubled, step);
}

extern "C" __global__ void im2col_bf16(
    const bf16 *images, bf16 *out, int first, int rows, int height, int width, int channels, int kernelHeight,
    int kernelWidth, int stride, int top, int left, int outHeight, int outWidth, int doubled, int step) {
    windows(
        images, out, first, rows, height, width, channels, kernelHeight, kernelWidth, stride, top, left, outHeight,
        outWidth, doubled, step);
}

/// Filters [out, in, cells] as [out, step]: cell by cell, its channels together, then zeros.
template <typename T>
__device__ __forceinline__ void turn(const T *filters, T *out, int outs, int ins, int cells, int step) {
    const longint count = longint(outs) * step, all = longint(gridDim.x) * blockDim.x;
    for (longint i = longint(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += all) {
        const longint row = i / step;
        const int place = int(i - row * step);
        const int cell = place / ins, channel = place - cell * ins;
        out[i] = cell < cells ? filters[(row * ins + channel) * cells + cell] : T(0);
    }
}

extern "C" __global__ void turn_filters_f32(const float *filters, float *out, int outs, int ins, int cells, int step) {
    turn(filters, out, outs, ins, cells, step);
}

extern "C" __global__ void turn_filters_bf16(const bf16 *filters, bf16 *out, int outs, int ins, int cells, int step) {
    turn(filters, out, outs, ins, cells, step);
}

template <typename T>
__device__ __forceinline__ void repeat(const T *from, T *to, longint lines, int width, int units, int factor) {
    const longint perLine = longint(width) * factor * units;
    // A block takes a line at a time, so that what is divided is small.
    for (longint line = blockIdx.x; line < lines * factor; line += gridDim.x) {
        const T *source = from + line / factor * width * units;
        T *target = to + line * perLine;
        for (unsigned i = threadIdx.x; i < unsigned(perLine); i += blockDim.x) {
            const unsigned x = i / unsigned(units);
            target[i] = source[x / unsigned(factor) * unsigned(units) + i - x * unsigned(units)];
        }
    }
}

/// Each pixel of `bytes` bytes (an even number) factor × factor times: `lines` lines of `width` pixels.
extern "C" __global__ void repeat_pixels(
    const char *from, char *to, longint lines, int width, int bytes, int factor) {
    if (bytes % 16 == 0 && is_aligned(from, 16) && is_aligned(to, 16)) {
        repeat(
            reinterpret_cast<const piece *>(from), reinterpret_cast<piece *>(to), lines, width, bytes / 16, factor);
    } else {
        repeat(
            reinterpret_cast<const unsigned short *>(from), reinterpret_cast<unsigned short *>(to), lines, width,
            bytes / 2, factor);
    }
}

/// The larger of two, and what is not a number is larger than any.
__device__ __forceinline__ float larger(float a, float b) { return a > b || a != a ? a : b; }

__device__ __forceinline__ float block_sum(float x, float *room) {
    x = warp_sum(x);
    if (threadIdx.x % 32 == 0) room[threadIdx.x / 32] = x;
    __syncthreads();
    float sum = 0;
    for (unsigned warp = 0; warp < blockDim.x / 32; ++warp) sum += room[warp];
    __syncthreads();
    return sum;
}

__device__ __forceinline__ float block_largest(float x, float *room) {
#pragma unroll
    for (int offset = 16; offset > 0; offset /= 2) x = larger(x, __shfl_xor_sync(ALL_LANES, x, offset));
    if (threadIdx.x % 32 == 0) room[threadIdx.x / 32] = x;
    __syncthreads();
    float largest = room[0];
    for (unsigned warp = 1; warp < blockDim.x / 32; ++warp) largest = larger(largest, room[warp]);
    __syncthreads();
    return largest;
}

/// One block a row: eˢᶜᵃˡᵉ˙ˣ / Σ. What is not a number makes the whole row so.
template <typename T>
__device__ __forceinline__ void softmax(const float *scores, T *out, int width, float scale, float *room) {
    const float *row = scores + longint(blockIdx.x) * width;
    float largest = -infinity();
    for (int i = threadIdx.x; i < width; i += blockDim.x) largest = larger(row[i], largest);
    largest = block_largest(largest, room);
    float sum = 0;
    for (int i = threadIdx.x; i < width; i += blockDim.x) sum += expf((row[i] - largest) * scale);
    const float inverse = 1.0f / block_sum(sum, room);
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        put(out + longint(blockIdx.x) * width + i, expf((row[i] - largest) * scale) * inverse);
    }
}

extern "C" __global__ void softmax_rows_f32(const float *scores, float *out, int width, float scale) {
    __shared__ float room[32];
    softmax(scores, out, width, scale, room);
}

extern "C" __global__ void softmax_rows_bf16(const float *scores, bf16 *out, int width, float scale) {
    __shared__ float room[32];
    softmax(scores, out, width, scale, room);
}

/// One block a row: the place of the largest, the first of equals; what is not a number is larger than any.
extern "C" __global__ void argmax_rows(const float *x, int *out, int width) {
    __shared__ float values[256];
    __shared__ int places[256];
    const float *row = x + longint(blockIdx.x) * width;
    // Threads beyond the row stand for its first number: nothing is before it.
    float best = row[0];
    int place = 0;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        const float value = row[i];
        if (!(value <= best) && best == best) {
            best = value;
            place = i;
        }
    }
    values[threadIdx.x] = best;
    places[threadIdx.x] = place;
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) {
            const float mine = values[threadIdx.x], other = values[threadIdx.x + half];
            const int own = places[threadIdx.x], there = places[threadIdx.x + half];
            const bool bothUndefined = mine != mine && other != other;
            const bool isLarger = mine == mine && (other != other || other > mine);
            if (isLarger || ((other == mine || bothUndefined) && there < own)) {
                values[threadIdx.x] = other;
                places[threadIdx.x] = there;
            }
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) out[blockIdx.x] = places[0];
}
