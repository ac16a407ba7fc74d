// Layer norm over rows (Ba, Kiros and Hinton 2016) and the gradient of its input: (x − mean)/√(variance + ε)·scale
// + shift. One block of 256 threads a row, which is read once: rows of up to 4096 numbers stay in registers.

#include "device.h"

/// The block's sums of `count` numbers of each thread, given to all threads. Each `turn` has memory of its own, so that
/// nobody waits for who still reads the sums before; a kernel takes each turn once.
template <int count, int turn> __device__ __forceinline__ void block_sums(float sums[count]) {
    __shared__ float parts[8][count];
#pragma unroll
    for (int i = 0; i < count; ++i) sums[i] = warp_sum(sums[i]);
    if (threadIdx.x % 32 == 0) {
#pragma unroll
        for (int i = 0; i < count; ++i) parts[threadIdx.x / 32][i] = sums[i];
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < count; ++i) {
        sums[i] = 0.0f;
#pragma unroll
        for (int warp = 0; warp < 8; ++warp) sums[i] += parts[warp][i];
    }
}

__device__ __forceinline__ float4 get_four(const float *from) { return *reinterpret_cast<const float4 *>(from); }
__device__ __forceinline__ float4 get_four(const bf16 *from) {
    const uint2 pairs = *reinterpret_cast<const uint2 *>(from);
    return make_float4(low_half(pairs.x), high_half(pairs.x), low_half(pairs.y), high_half(pairs.y));
}
__device__ __forceinline__ void put_four(float *to, float4 x) { *reinterpret_cast<float4 *>(to) = x; }
__device__ __forceinline__ void put_four(bf16 *to, float4 x) {
    *reinterpret_cast<ushort4 *>(to) = make_ushort4(narrow(x.x), narrow(x.y), narrow(x.z), narrow(x.w));
}

/// The mean and 1/√(variance + ε) of a row, from the sum of its numbers and then that of their squared differences.
template <typename Squares>
__device__ __forceinline__ float2 row_statistics(float sum, Squares squares, int width, float epsilon) {
    float sums[1] = {sum};
    block_sums<1, 0>(sums);
    const float mean = sums[0] / width;
    sums[0] = squares(mean);
    block_sums<1, 1>(sums);
    return make_float2(mean, 1.0f / sqrtf(sums[0] / width + epsilon));
}

/// A row in registers: thread t has the groups of four t, t + 256…
template <int groups, typename T>
__device__ __forceinline__ float2 normalise(
    const float *x, const float *scale, const float *shift, T *out, int width, float epsilon) {
    float4 row[groups];
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < groups; ++i) {
        const int place = (threadIdx.x + i * 256) * 4;
        row[i] = place < width ? get_four(x + place) : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
        sum += (row[i].x + row[i].y) + (row[i].z + row[i].w);
    }
    const auto squares = [&](float mean) {
        float total = 0.0f;
#pragma unroll
        for (int i = 0; i < groups; ++i) {
            if ((threadIdx.x + i * 256) * 4 >= width) continue;
            const float a = row[i].x - mean, b = row[i].y - mean, c = row[i].z - mean, d = row[i].w - mean;
            total += (a * a + b * b) + (c * c + d * d);
        }
        return total;
    };
    const float2 found = row_statistics(sum, squares, width, epsilon);
    const float mean = found.x, inverse = found.y;
#pragma unroll
    for (int i = 0; i < groups; ++i) {
        const int place = (threadIdx.x + i * 256) * 4;
        if (place >= width) continue;
        const float4 s = get_four(scale + place), b = get_four(shift + place);
        put_four(
            out + place,
            make_float4(
                (row[i].x - mean) * inverse * s.x + b.x, (row[i].y - mean) * inverse * s.y + b.y,
                (row[i].z - mean) * inverse * s.z + b.z, (row[i].w - mean) * inverse * s.w + b.w));
    }
    return found;
}

/// A row of any width, read three times.
template <typename T>
__device__ __forceinline__ float2 normalise_any(
    const float *x, const float *scale, const float *shift, T *out, int width, float epsilon) {
    float sum = 0.0f;
    for (int i = threadIdx.x; i < width; i += 256) sum += x[i];
    const auto squares = [&](float mean) {
        float total = 0.0f;
        for (int i = threadIdx.x; i < width; i += 256) total += (x[i] - mean) * (x[i] - mean);
        return total;
    };
    const float2 found = row_statistics(sum, squares, width, epsilon);
    for (int i = threadIdx.x; i < width; i += 256) put(out + i, (x[i] - found.x) * found.y * scale[i] + shift[i]);
    return found;
}

template <typename T>
__device__ __forceinline__ void layer_norm(
    const float *x, const float *scale, const float *shift, T *out, float *statistics, int width, float epsilon) {
    const longint from = static_cast<longint>(blockIdx.x) * width;
    const bool fits = width % 4 == 0 && width <= 4096 && is_aligned(x, 16) && is_aligned(scale, 16)
        && is_aligned(shift, 16) && is_aligned(out, 16);
    float2 found;
    if (fits && width <= 1024) {
        found = normalise<1>(x + from, scale, shift, out + from, width, epsilon);
    } else if (fits && width <= 2048) {
        found = normalise<2>(x + from, scale, shift, out + from, width, epsilon);
    } else if (fits) {
        found = normalise<4>(x + from, scale, shift, out + from, width, epsilon);
    } else {
        found = normalise_any(x + from, scale, shift, out + from, width, epsilon);
    }
    if (threadIdx.x == 0 && statistics != nullptr) {
        statistics[2 * static_cast<longint>(blockIdx.x)] = found.x;
        statistics[2 * static_cast<longint>(blockIdx.x) + 1] = found.y;
    }
}

/// What a row's gradient is added to (NULL for nothing), and where it is written, rounded to bfloat16 too unless NULL.
struct Target {
    const float *base;
    float *out;
    bf16 *rounded;

    __device__ __forceinline__ Target row(longint from) const {
        return {base == nullptr ? nullptr : base + from, out + from, rounded == nullptr ? nullptr : rounded + from};
    }

    __device__ __forceinline__ void put_four_at(int place, float4 x) const {
        if (base != nullptr) {
            const float4 b = get_four(base + place);
            x = make_float4(x.x + b.x, x.y + b.y, x.z + b.z, x.w + b.w);
        }
        put_four(out + place, x);
        if (rounded != nullptr) put_four(rounded + place, x);
    }

    __device__ __forceinline__ void put_at(int place, float x) const {
        if (base != nullptr) x += base[place];
        out[place] = x;
        if (rounded != nullptr) put(rounded + place, x);
    }
};

/// With h = g·scale and n = (x − mean)/deviation: (h − mean(h) − n·mean(h·n))/deviation.
template <int groups, typename T>
__device__ __forceinline__ void gradient(
    const float *x, const T *g, const float *scale, float mean, float inverse, Target target, int width) {
    float4 normal[groups], slope[groups];
    float sums[2] = {0.0f, 0.0f};
#pragma unroll
    for (int i = 0; i < groups; ++i) {
        const int place = (threadIdx.x + i * 256) * 4;
        if (place >= width) continue;
        const float4 n = get_four(x + place), h = get_four(g + place), s = get_four(scale + place);
        normal[i] = make_float4(
            (n.x - mean) * inverse, (n.y - mean) * inverse, (n.z - mean) * inverse, (n.w - mean) * inverse);
        slope[i] = make_float4(h.x * s.x, h.y * s.y, h.z * s.z, h.w * s.w);
        sums[0] += (slope[i].x + slope[i].y) + (slope[i].z + slope[i].w);
        sums[1] += (slope[i].x * normal[i].x + slope[i].y * normal[i].y)
            + (slope[i].z * normal[i].z + slope[i].w * normal[i].w);
    }
    block_sums<2, 0>(sums);
    const float a = sums[0] / width, b = sums[1] / width;
#pragma unroll
    for (int i = 0; i < groups; ++i) {
        const int place = (threadIdx.x + i * 256) * 4;
        if (place >= width) continue;
        target.put_four_at(
            place,
            make_float4(
                (slope[i].x - a - normal[i].x * b) * inverse, (slope[i].y - a - normal[i].y * b) * inverse,
                (slope[i].z - a - normal[i].z * b) * inverse, (slope[i].w - a - normal[i].w * b) * inverse));
    }
}

template <typename T>
__device__ __forceinline__ void gradient_any(
    const float *x, const T *g, const float *scale, float mean, float inverse, Target target, int width) {
    float sums[2] = {0.0f, 0.0f};
    for (int i = threadIdx.x; i < width; i += 256) {
        const float slope = get(g + i) * scale[i];
        sums[0] += slope;
        sums[1] += slope * ((x[i] - mean) * inverse);
    }
    block_sums<2, 0>(sums);
    const float a = sums[0] / width, b = sums[1] / width;
    for (int i = threadIdx.x; i < width; i += 256) {
        target.put_at(i, (get(g + i) * scale[i] - a - (x[i] - mean) * inverse * b) * inverse);
    }
}

template <typename T>
__device__ __forceinline__ void layer_norm_gradient(
    const float *x, const T *g, const float *scale, const float *statistics, Target all, int width) {
    const longint row = blockIdx.x, from = row * width;
    const Target target = all.row(from);
    const float mean = statistics[2 * row], inverse = statistics[2 * row + 1];
    const bool fits = width % 4 == 0 && width <= 4096 && is_aligned(x, 16) && is_aligned(g, 16)
        && is_aligned(scale, 16) && is_aligned(all.out, 16) && is_aligned(all.base, 16) && is_aligned(all.rounded, 16);
    if (fits && width <= 1024) {
        gradient<1>(x + from, g + from, scale, mean, inverse, target, width);
    } else if (fits && width <= 2048) {
        gradient<2>(x + from, g + from, scale, mean, inverse, target, width);
    } else if (fits) {
        gradient<4>(x + from, g + from, scale, mean, inverse, target, width);
    } else {
        gradient_any(x + from, g + from, scale, mean, inverse, target, width);
    }
}

/// x [rows, width] → out [rows, width] and statistics [rows, 2]: mean and 1/√(variance + ε); may be NULL.
extern "C" __global__ void __launch_bounds__(256) layer_norm_f32(
    const float *x, const float *scale, const float *shift, float *out, float *statistics, int width, float epsilon) {
    layer_norm(x, scale, shift, out, statistics, width, epsilon);
}

extern "C" __global__ void __launch_bounds__(256) layer_norm_bf16(
    const float *x, const float *scale, const float *shift, bf16 *out, float *statistics, int width, float epsilon) {
    layer_norm(x, scale, shift, out, statistics, width, epsilon);
}

/// The gradient of x from that of the result, g [rows, width]: out = base + gradient, where base is not NULL; rounded,
/// where it is not NULL, is out in bfloat16.
extern "C" __global__ void __launch_bounds__(256) layer_norm_gradient_f32(
    const float *x, const float *g, const float *scale, const float *statistics, float *out, int width, const float *base,
    bf16 *rounded) {
    layer_norm_gradient(x, g, scale, statistics, Target{base, out, rounded}, width);
}

extern "C" __global__ void __launch_bounds__(256) layer_norm_gradient_bf16(
    const float *x, const bf16 *g, const float *scale, const float *statistics, float *out, int width, const float *base,
    bf16 *rounded) {
    layer_norm_gradient(x, g, scale, statistics, Target{base, out, rounded}, width);
}
