// Self-attention and its gradient in Float32, for parity; what their arguments are, attention.h says.
//
// A warp takes one row at a time; its lanes make the scores of 32 keys (or queries), one each, and then share the
// columns of the sum. Launches are those of BFloat16.
//
// launch: attention_f32: grid ((time + 95) / 96, heads, batch), 192 threads, shared 0
// launch: attention_delta_f32: grid ((batch * time * heads + 15) / 16), 256 threads, shared 0
// launch: attention_gradient_f32: grid (2 * ((time + 63) / 64), heads, batch), 128, shared 0
// launch: attention_gradient_kv_f32: grid ((time + 63) / 64, heads, batch), 128, shared 0
// launch: attention_gradient_q_f32: grid ((time + 95) / 96, heads, batch), 192, shared 0

#include "attention.h"

namespace {

constexpr int columns = (HEAD_SIZE + 31) / 32;   // of a row that a lane holds: lane, lane + 32, ..

__device__ float dot(const float *a, const float *b) {
    float sum = 0;
    for (int i = 0; i < HEAD_SIZE; i += 4) {
        const float4 x = *reinterpret_cast<const float4 *>(a + i), y = *reinterpret_cast<const float4 *>(b + i);
        sum += x.x * y.x + x.y * y.y + x.z * y.z + x.w * y.w;
    }
    return sum;
}

/// sum += Σ share of lane i · row i.
__device__ void add_rows(float (&sum)[columns], float share, const float *rows, int step, int count) {
    const int lane = threadIdx.x % 32;
    for (int i = 0; i < count; i++) {
        const float x = __shfl_sync(ALL_LANES, share, i);
#pragma unroll
        for (int c = 0; c < columns; c++) {
            if (lane + 32 * c < HEAD_SIZE) sum[c] += x * rows[(long long)i * step + lane + 32 * c];
        }
    }
}

__device__ void store_row(float *row, const float (&sum)[columns], float factor) {
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int c = 0; c < columns; c++) {
        if (lane + 32 * c < HEAD_SIZE) row[lane + 32 * c] = sum[c] * factor;
    }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(32 * warps) attention_f32(
    const float *qkv, float *out, float *sums, int time, int heads, float scale, int causal
) {
    const Head head(time, heads);
    const float *queries = qkv + head.rows, *keys = queries + head.hidden, *values = keys + head.hidden;
    const int begin = (int)(blockIdx.x * warps + threadIdx.x / 32) * 16;
    const int lane = threadIdx.x % 32;
    for (int row = begin; row < begin + 16 && row < time; row++) {
        const int reach = causal ? row + 1 : time;
        float largest = -infinity(), total = 0, sum[columns] = {};
        for (int first = 0; first < reach; first += 32) {
            const int key = first + lane, count = smaller(32, reach - first);
            const float s = lane < count
                ? scale * dot(queries + (long long)row * head.step, keys + (long long)key * head.step) : -infinity();
            float m = fmaxf(largest, s);
            for (int offset = 16; offset > 0; offset /= 2) m = fmaxf(m, __shfl_xor_sync(ALL_LANES, m, offset));
            const float shrink = expf(largest - m), p = expf(s - m);
            largest = m;
            total = total * shrink + p;
            for (int c = 0; c < columns; c++) sum[c] *= shrink;
            add_rows(sum, p, values + (long long)first * head.step, head.step, count);
        }
        for (int offset = 16; offset > 0; offset /= 2) total += __shfl_xor_sync(ALL_LANES, total, offset);
        store_row(out + head.outs + (long long)row * head.hidden, sum, 1 / total);
        if (sums != nullptr && lane == 0) sums[head.sums + row] = largest + logf(total);
    }
}

namespace {

template <int warps> __device__ void find_gradient_q(
    int tile, const float *qkv, const float *g, const float *sums, const float *delta, float *dqkv, int time, int heads,
    float scale, int causal
) {
    const Head head(time, heads);
    const float *queries = qkv + head.rows, *keys = queries + head.hidden, *values = keys + head.hidden;
    const int begin = (tile * warps + (int)threadIdx.x / 32) * 16;
    const int lane = threadIdx.x % 32;
    for (int row = begin; row < begin + 16 && row < time; row++) {
        const int reach = causal ? row + 1 : time;
        const float *query = queries + (long long)row * head.step;
        const float *slope = g + head.outs + (long long)row * head.hidden;
        float sum[columns] = {};
        for (int first = 0; first < reach; first += 32) {
            const int count = smaller(32, reach - first);
            const long long key = (long long)(first + lane) * head.step;
            float ds = 0;
            if (lane < count) {
                const float p = expf(scale * dot(query, keys + key) - sums[head.sums + row]);
                ds = p * (dot(slope, values + key) - delta[head.sums + row]);
            }
            add_rows(sum, ds, keys + (long long)first * head.step, head.step, count);
        }
        store_row(dqkv + head.rows + (long long)row * head.step, sum, scale);
    }
}

__device__ void find_gradient_kv(
    int tile, const float *qkv, const float *g, const float *sums, const float *delta, float *dqkv, int time, int heads,
    float scale, int causal
) {
    const Head head(time, heads);
    const float *queries = qkv + head.rows, *keys = queries + head.hidden, *values = keys + head.hidden;
    const float *slopes = g + head.outs;
    const int begin = (tile * gradientWarps + (int)threadIdx.x / 32) * 16;
    const int lane = threadIdx.x % 32;
    for (int row = begin; row < begin + 16 && row < time; row++) {
        const float *key = keys + (long long)row * head.step, *value = values + (long long)row * head.step;
        float ofKey[columns] = {}, ofValue[columns] = {};
        for (int first = causal ? row : 0; first < time; first += 32) {
            const int query = first + lane, count = smaller(32, time - first);
            float p = 0, ds = 0;
            if (lane < count) {
                p = expf(scale * dot(queries + (long long)query * head.step, key) - sums[head.sums + query]);
                ds = p * (dot(slopes + (long long)query * head.hidden, value) - delta[head.sums + query]);
            }
            add_rows(ofKey, ds, queries + (long long)first * head.step, head.step, count);
            add_rows(ofValue, p, slopes + (long long)first * head.hidden, head.hidden, count);
        }
        float *to = dqkv + head.rows + head.hidden + (long long)row * head.step;
        store_row(to, ofKey, scale);
        store_row(to + head.hidden, ofValue, 1);
    }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(256) attention_delta_f32(
    const float *out, const float *g, float *delta, int batch, int time, int heads
) {
    find_delta(out, g, delta, batch, time, heads);
}

extern "C" __global__ void __launch_bounds__(32 * warps) attention_gradient_q_f32(
    const float *qkv, const float *g, const float *sums, const float *delta, float *dqkv, int time, int heads,
    float scale, int causal
) {
    find_gradient_q<warps>(blockIdx.x, qkv, g, sums, delta, dqkv, time, heads, scale, causal);
}

extern "C" __global__ void __launch_bounds__(32 * gradientWarps) attention_gradient_kv_f32(
    const float *qkv, const float *g, const float *sums, const float *delta, float *dqkv, int time, int heads,
    float scale, int causal
) {
    find_gradient_kv(blockIdx.x, qkv, g, sums, delta, dqkv, time, heads, scale, causal);
}

extern "C" __global__ void __launch_bounds__(32 * gradientWarps) attention_gradient_f32(
    const float *qkv, const float *g, const float *sums, const float *delta, float *dqkv, int time, int heads,
    float scale, int causal
) {
    const int tile = blockIdx.x / 2;
    if (blockIdx.x % 2 == 0) {
        find_gradient_kv(tile, qkv, g, sums, delta, dqkv, time, heads, scale, causal);
    } else {
        find_gradient_q<gradientWarps>(tile, qkv, g, sums, delta, dqkv, time, heads, scale, causal);
    }
}
