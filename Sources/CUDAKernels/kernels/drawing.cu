// One step of a transformer that keeps keys and values: for heads of HEAD_SIZE numbers (a multiple of 8, at most 128).
//
// qkv [batch, time, 3 * heads * HEAD_SIZE]: each new position's query, key and value one after another; keys, values
// [batch, heads, capacity, HEAD_SIZE]; out [batch, time, heads * HEAD_SIZE]; *first is how many positions are kept
// already, in the device's memory, so that a recorded step can be repeated. All arrays begin at multiples of 16 bytes.
//
// launch: cache_append_bf16, cache_append_f32: any grid (one 16-byte part a thread is best), 256 threads, shared 0
// launch: attention_step_bf16, attention_step_f32: grid (heads, batch, time), shared 0; 128 threads where
//         heads * batch * time >= 1024, else 512 (any multiple of 32 up to 512 is right: each warp takes some keys)

#include "device.h"

namespace {

constexpr int mostWarps = 16;

/// How a row is shared by neighbouring lanes, 16 bytes each.
template <class T> struct Sharing {
    static constexpr int each = 16 / sizeof(T);      // numbers of a lane
    static constexpr int used = HEAD_SIZE / each;    // lanes that hold some
    static constexpr int lanes = used > 16 ? 32 : used > 8 ? 16 : used > 4 ? 8 : used > 2 ? 4 : used;   // power of two
    static constexpr int groups = 32 / lanes;        // rows of a warp
};

__device__ void unpack(float (&to)[8], const uint4 &from) {
    const unsigned words[4] = {from.x, from.y, from.z, from.w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
        to[2 * i] = low_half(words[i]);
        to[2 * i + 1] = high_half(words[i]);
    }
}

__device__ void unpack(float (&to)[4], const uint4 &from) {
    to[0] = __uint_as_float(from.x);
    to[1] = __uint_as_float(from.y);
    to[2] = __uint_as_float(from.z);
    to[3] = __uint_as_float(from.w);
}

template <class T> __device__ void append(
    const T *qkv, T *keys, T *values, int batch, int time, int heads, const int *first, int capacity
) {
    using S = Sharing<T>;
    const int start = *first, side = heads * S::used;   // 16-byte parts of a position's keys
    const long long count = (long long)batch * time * 2 * side;
    const long long threads = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += threads) {
        const long long row = i / (2 * side), sample = row / time;
        const int column = (int)(i % (2 * side)), position = start + (int)(row % time);
        const int head = column % side / S::used, part = column % S::used;
        if (position >= capacity) continue;
        T *to = (column < side ? keys : values) + ((sample * heads + head) * capacity + position) * HEAD_SIZE;
        const T *from = qkv + (row * 3 * heads + heads) * HEAD_SIZE;
        reinterpret_cast<uint4 *>(to)[part] = reinterpret_cast<const uint4 *>(from)[column];
    }
}

/// Softmax over some keys so far: the largest score (to base 2), Σ 2^(score - largest), and the same sum of values.
template <int each> struct Partial {
    float largest, total, sum[each];

    __device__ Partial() : largest(-infinity()), total(0) {
#pragma unroll
        for (int i = 0; i < each; i++) sum[i] = 0;
    }

    /// Adds what the lane `offset` further has.
    __device__ void merge(int offset) {
        const float other = __shfl_xor_sync(ALL_LANES, largest, offset), most = fmaxf(largest, other);
        const float base = most == -infinity() ? 0 : most;   // no key yet in either
        const float mine = fast_exp2(largest - base), its = fast_exp2(other - base);
        total = total * mine + __shfl_xor_sync(ALL_LANES, total, offset) * its;
#pragma unroll
        for (int i = 0; i < each; i++) sum[i] = sum[i] * mine + __shfl_xor_sync(ALL_LANES, sum[i], offset) * its;
        largest = most;
    }
};

template <class T> __device__ void step(
    const T *qkv, const T *keys, const T *values, T *out, int time, int heads, const int *first, int capacity,
    float scale
) {
    using S = Sharing<T>;
    constexpr int flight = 4;   // rows of keys, and of values, that a lane asks for before it uses one
    __shared__ float sums[mostWarps][HEAD_SIZE], largest[mostWarps], totals[mostWarps];
    const int head = blockIdx.x, t = blockIdx.z, warps = blockDim.x / 32;
    const long long sample = blockIdx.y, row = sample * time + t;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, part = lane % S::lanes;
    const int group = warp * S::groups + lane / S::lanes, groups = warps * S::groups;
    // Nothing branches around a load: lanes without numbers read the last ones and count them as zero, and rows that
    // are not there yet are the last one, whose share is zero.
    const int column = min(part, S::used - 1) * S::each;
    const long long offset = (sample * heads + head) * capacity * HEAD_SIZE + column;
    const T *key = keys + offset, *value = values + offset;
    const int seen = min(*first + t + 1, capacity);

    float query[S::each];
    unpack(query, *reinterpret_cast<const uint4 *>(qkv + (row * 3 * heads + head) * HEAD_SIZE + column));
    const float factor = part < S::used ? scale * 1.44269504088896341f : 0;
#pragma unroll
    for (int i = 0; i < S::each; i++) query[i] *= factor;

    Partial<S::each> partial;
    for (int begin = group; begin - group < seen; begin += groups * flight) {
        uint4 k[flight], v[flight];
#pragma unroll
        for (int u = 0; u < flight; u++) {
            const int place = min(begin + u * groups, seen - 1) * HEAD_SIZE;
            k[u] = *reinterpret_cast<const uint4 *>(key + place);
            v[u] = *reinterpret_cast<const uint4 *>(value + place);
        }
        float scores[flight], most = partial.largest;
#pragma unroll
        for (int u = 0; u < flight; u++) {
            float numbers[S::each], score = 0;
            unpack(numbers, k[u]);
#pragma unroll
            for (int i = 0; i < S::each; i++) score += query[i] * numbers[i];
#pragma unroll
            for (int far = S::lanes / 2; far > 0; far /= 2) score += __shfl_xor_sync(ALL_LANES, score, far);
            scores[u] = begin + u * groups < seen ? score : -infinity();
            most = fmaxf(most, scores[u]);
        }
        const float base = most == -infinity() ? 0 : most;
        const float shrink = fast_exp2(partial.largest - base);
        partial.largest = most;
        partial.total *= shrink;
#pragma unroll
        for (int i = 0; i < S::each; i++) partial.sum[i] *= shrink;
#pragma unroll
        for (int u = 0; u < flight; u++) {
            const float share = fast_exp2(scores[u] - base);
            partial.total += share;
            float numbers[S::each];
            unpack(numbers, v[u]);
#pragma unroll
            for (int i = 0; i < S::each; i++) partial.sum[i] += share * numbers[i];
        }
    }
#pragma unroll
    for (int far = S::lanes; far < 32; far *= 2) partial.merge(far);
    if (lane < S::used) {
#pragma unroll
        for (int i = 0; i < S::each; i++) sums[warp][column + i] = partial.sum[i];
    }
    if (lane == 0) {
        largest[warp] = partial.largest;
        totals[warp] = partial.total;
    }
    __syncthreads();
    float most = largest[0];   // the first warp has at least one key
    for (int w = 1; w < warps; w++) most = fmaxf(most, largest[w]);
    for (int i = threadIdx.x; i < HEAD_SIZE; i += blockDim.x) {
        float total = 0, sum = 0;
        for (int w = 0; w < warps; w++) {
            const float share = fast_exp2(largest[w] - most);
            total += totals[w] * share;
            sum += sums[w][i] * share;
        }
        put(out + (row * heads + head) * HEAD_SIZE + i, sum / total);
    }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(256) cache_append_bf16(
    const bf16 *qkv, bf16 *keys, bf16 *values, int batch, int time, int heads, const int *first, int capacity
) {
    append(qkv, keys, values, batch, time, heads, first, capacity);
}

extern "C" __global__ void __launch_bounds__(256) cache_append_f32(
    const float *qkv, float *keys, float *values, int batch, int time, int heads, const int *first, int capacity
) {
    append(qkv, keys, values, batch, time, heads, first, capacity);
}

extern "C" __global__ void __launch_bounds__(32 * mostWarps) attention_step_bf16(
    const bf16 *qkv, const bf16 *keys, const bf16 *values, bf16 *out, int batch, int time, int heads, const int *first,
    int capacity, float scale
) {
    step(qkv, keys, values, out, time, heads, first, capacity, scale);
}

extern "C" __global__ void __launch_bounds__(32 * mostWarps) attention_step_f32(
    const float *qkv, const float *keys, const float *values, float *out, int batch, int time, int heads,
    const int *first, int capacity, float scale
) {
    step(qkv, keys, values, out, time, heads, first, capacity, scale);
}
