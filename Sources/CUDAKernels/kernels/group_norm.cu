// Group norm of images [samples, pixels, channels] in three steps: moments of parts, a factor and an offset for each
// channel, x·factor + offset. Sums are joined in their order, so that a run is like the one before.

#include "device.h"

/// So many numbers are sixteen bytes.
template <typename T> struct Pieces { static const int size = 16 / sizeof(T); };

__device__ __forceinline__ void load_piece(const float *from, float *to) {
    const float4 x = *reinterpret_cast<const float4 *>(from);
    to[0] = x.x;
    to[1] = x.y;
    to[2] = x.z;
    to[3] = x.w;
}

__device__ __forceinline__ void load_piece(const bf16 *from, float *to) {
    const uint4 x = *reinterpret_cast<const uint4 *>(from);
    const unsigned pairs[4] = {x.x, x.y, x.z, x.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        to[2 * i] = low_half(pairs[i]);
        to[2 * i + 1] = high_half(pairs[i]);
    }
}

template <int count> __device__ __forceinline__ void store_piece(float *to, const float *x) {
#pragma unroll
    for (int i = 0; i < count; i += 4) {
        *reinterpret_cast<float4 *>(to + i) = make_float4(x[i], x[i + 1], x[i + 2], x[i + 3]);
    }
}

template <int count> __device__ __forceinline__ void store_piece(bf16 *to, const float *x) {
#pragma unroll
    for (int i = 0; i < count; i += 4) {
        const unsigned low = narrow(x[i]) | (unsigned(narrow(x[i + 1])) << 16);
        const unsigned high = narrow(x[i + 2]) | (unsigned(narrow(x[i + 3])) << 16);
        *reinterpret_cast<uint2 *>(to + i) = make_uint2(low, high);
    }
}

/// How the 256 threads of a block share pixels: each keeps its channels, a piece of them, in all pixels it reads.
/// blockIdx: part, sample, further channels where one block has not enough threads for all.
template <int size> struct Share {
    int channel, lane, lanes, firstPixel, endPixel, columns;
    bool works;

    __device__ __forceinline__ Share(int pixels, int channels, int partPixels) {
        const int begin = int(blockIdx.z) * 256 * size;
        columns = min(channels - begin, 256 * size);
        const int pieces = columns / size;
        lanes = 256 / pieces;
        lane = int(threadIdx.x) / pieces;
        channel = begin + (int(threadIdx.x) - lane * pieces) * size;
        works = lane < lanes;
        firstPixel = int(blockIdx.x) * partPixels;
        endPixel = min(firstPixel + partPixels, pixels);
    }
};

/// Σ (x − first) and Σ (x − first)² of each channel in each part, where `first` is the channel in its image's
/// first pixel, so that little is lost where numbers are far from zero: table [samples, parts, 2, channels].
template <typename T>
__device__ __forceinline__ void moments(
    const T *x, double *table, int pixels, int channels, int partPixels, float *room) {
    const int size = Pieces<T>::size;
    const Share<size> share(pixels, channels, partPixels);
    const T *image = x + longint(blockIdx.y) * pixels * channels;
    float first[size], sums[size], squares[size];
    for (int i = 0; i < size; ++i) sums[i] = squares[i] = 0;
    if (share.works) {
        load_piece(image + share.channel, first);
        for (int pixel = share.firstPixel + share.lane; pixel < share.endPixel; pixel += share.lanes) {
            float values[size];
            load_piece(image + longint(pixel) * channels + share.channel, values);
#pragma unroll
            for (int i = 0; i < size; ++i) {
                const float d = values[i] - first[i];
                sums[i] += d;
                squares[i] += d * d;
            }
        }
    }
    // room: [2, lanes, columns], at most 2 · 256 · size numbers
    const int begin = int(blockIdx.z) * 256 * size;
    const int plane = share.lanes * share.columns;
    if (share.works) {
        const int at = share.lane * share.columns + share.channel - begin;
#pragma unroll
        for (int i = 0; i < size; ++i) {
            room[at + i] = sums[i];
            room[plane + at + i] = squares[i];
        }
    }
    __syncthreads();
    double *row = table + (longint(blockIdx.y) * gridDim.x + blockIdx.x) * 2 * channels + begin;
    for (int i = threadIdx.x; i < 2 * share.columns; i += 256) {
        const int kind = i / share.columns, column = i - kind * share.columns;
        double sum = 0;
        for (int lane = 0; lane < share.lanes; ++lane) sum += room[kind * plane + lane * share.columns + column];
        row[longint(kind) * channels + column] = sum;
    }
}

extern "C" __global__ void group_norm_moments_f32(
    const float *x, double *table, int pixels, int channels, int partPixels) {
    __shared__ float room[2 * 256 * 4];
    moments(x, table, pixels, channels, partPixels, room);
}

extern "C" __global__ void group_norm_moments_bf16(
    const bf16 *x, double *table, int pixels, int channels, int partPixels) {
    __shared__ float room[2 * 256 * 8];
    moments(x, table, pixels, channels, partPixels, room);
}

__device__ __forceinline__ double block_total(double x, double *room) {
    room[threadIdx.x] = x;
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) room[threadIdx.x] += room[threadIdx.x + half];
        __syncthreads();
    }
    const double total = room[0];
    __syncthreads();
    return total;
}

/// One block for each group of each sample (blockIdx.x, blockIdx.y): factors [samples, 2, channels], scale / deviation
/// and shift − mean·scale / deviation. Moments of parts are joined as by Chan, Golub and LeVeque (1983).
template <typename T>
__device__ __forceinline__ void factors(
    const T *x, const double *table, const float *scale, const float *shift, float *out, int pixels, int channels,
    int groups, int partPixels, int parts, float epsilon, double *room) {
    const int perGroup = channels / groups;
    const int begin = int(blockIdx.x) * perGroup, count = parts * perGroup;
    const longint sample = blockIdx.y;
    // Without x, moments are of the numbers themselves.
    const auto first = [&](int channel) { return x ? double(get(x + sample * pixels * channels + channel)) : 0.0; };
    const double *rows = table + sample * parts * 2 * channels;

    double sum = 0;
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        const int part = i / perGroup, channel = begin + i - part * perGroup;
        const double n = min(partPixels, pixels - part * partPixels);
        sum += n * first(channel) + rows[longint(part) * 2 * channels + channel];
    }
    const double elements = double(perGroup) * pixels;
    const double mean = block_total(sum, room) / elements;

    double square = 0;
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        const int part = i / perGroup, channel = begin + i - part * perGroup;
        const double n = min(partPixels, pixels - part * partPixels);
        const double s = rows[longint(part) * 2 * channels + channel];
        const double q = rows[(longint(part) * 2 + 1) * channels + channel];
        const double offset = first(channel) - mean;   // Σ (d + offset)², d = x − first
        square += q + 2 * offset * s + n * offset * offset;
    }
    const double variance = block_total(square, room) / elements;
    const double inverse = 1.0 / sqrt((variance < 0 ? 0 : variance) + double(epsilon));
    float *own = out + sample * 2 * channels;
    for (int i = threadIdx.x; i < perGroup; i += blockDim.x) {
        const double factor = inverse * double(scale[begin + i]);
        own[begin + i] = float(factor);
        own[channels + begin + i] = float(double(shift[begin + i]) - mean * factor);
    }
}

extern "C" __global__ void group_norm_factors_f32(
    const float *x, const double *table, const float *scale, const float *shift, float *out, int pixels, int channels,
    int groups, int partPixels, int parts, float epsilon) {
    __shared__ double room[256];
    factors(x, table, scale, shift, out, pixels, channels, groups, partPixels, parts, epsilon, room);
}

extern "C" __global__ void group_norm_factors_bf16(
    const bf16 *x, const double *table, const float *scale, const float *shift, float *out, int pixels, int channels,
    int groups, int partPixels, int parts, float epsilon) {
    __shared__ double room[256];
    factors(x, table, scale, shift, out, pixels, channels, groups, partPixels, parts, epsilon, room);
}

/// y times its own logistic function, as exactly as the type it is written in needs.
__device__ __forceinline__ float silu_for(const float *, float y) { return y / (1.0f + expf(-y)); }
__device__ __forceinline__ float silu_for(const bf16 *, float y) {
    return __fdividef(y, 1.0f + fast_exp2(-1.44269504088896341f * y));
}

/// x·factor + offset, times its own logistic function where `silu` is not 0.
template <typename T, typename U>
__device__ __forceinline__ void apply(
    const T *x, const float *table, U *out, int pixels, int channels, int partPixels, int silu) {
    const int size = Pieces<T>::size;
    const Share<size> share(pixels, channels, partPixels);
    if (!share.works) return;
    const longint image = longint(blockIdx.y) * pixels * channels;
    float factor[size], offset[size];
    const float *own = table + longint(blockIdx.y) * 2 * channels + share.channel;
#pragma unroll
    for (int i = 0; i < size; ++i) {
        factor[i] = own[i];
        offset[i] = own[channels + i];
    }
    for (int pixel = share.firstPixel + share.lane; pixel < share.endPixel; pixel += share.lanes) {
        const longint at = image + longint(pixel) * channels + share.channel;
        float values[size];
        load_piece(x + at, values);
#pragma unroll
        for (int i = 0; i < size; ++i) {
            const float y = values[i] * factor[i] + offset[i];
            values[i] = silu ? silu_for(out, y) : y;
        }
        store_piece<size>(out + at, values);
    }
}

extern "C" __global__ void group_norm_f32_f32(
    const float *x, const float *table, float *out, int pixels, int channels, int partPixels, int silu) {
    apply(x, table, out, pixels, channels, partPixels, silu);
}

extern "C" __global__ void group_norm_f32_bf16(
    const float *x, const float *table, bf16 *out, int pixels, int channels, int partPixels, int silu) {
    apply(x, table, out, pixels, channels, partPixels, silu);
}

extern "C" __global__ void group_norm_bf16_f32(
    const bf16 *x, const float *table, float *out, int pixels, int channels, int partPixels, int silu) {
    apply(x, table, out, pixels, channels, partPixels, silu);
}

extern "C" __global__ void group_norm_bf16_bf16(
    const bf16 *x, const float *table, bf16 *out, int pixels, int channels, int partPixels, int silu) {
    apply(x, table, out, pixels, channels, partPixels, silu);
}
