// The gradient of self-attention in BFloat16; what its arguments are, attention.h says.
//
// It makes the shares again from the sums; each number of it is summed by one warp in one order, so that it is the same
// at every run.
//
// launch: attention_delta_bf16: grid ((batch * time * heads + 15) / 16), 256 threads, shared 0
// launch: attention_gradient_bf16: grid (2 * ((time + 63) / 64), heads, batch), 128, shared 0
//
// The last does the work of these two in one launch, with the same arguments and the same result, and reads memory once
// where they read it twice:
// launch: attention_gradient_kv_bf16: grid ((time + 63) / 64, heads, batch), 128, shared 0
// launch: attention_gradient_q_bf16: grid ((time + 95) / 96, heads, batch), 192, shared 0

#include "attention_tiles.h"

namespace {

/// The gradient of a tile of queries.
template <int warps> __device__ void find_gradient_q(
    Stream &stream, int tile, const bf16 *qkv, const bf16 *g, const float *sums, const float *delta, bf16 *dqkv,
    int time, int heads, float scale, int causal
) {
    const Head head(time, heads);
    const bf16 *queries = qkv + head.rows, *keys = queries + head.hidden, *values = keys + head.hidden;
    const int blockRow = tile * 16 * warps;
    const int row = blockRow + (int)threadIdx.x / 32 * 16;
    const int lane = threadIdx.x % 32;
    const int reach = causal ? smaller(time, blockRow + 16 * warps) : time;
    const int own = row >= time ? 0 : causal ? smaller(time, row + 16) : time;
    const int all = causal ? row + 1 : time;

    clear_padding(stream);
    load_tiles<32 * warps>(stream.tiles[0], keys, head.step, values, head.step, 0, time);
    unsigned q[steps][4], slope[steps][4];
    load_rows(q, queries, head.step, row, time);
    load_rows(slope, g + head.outs, head.hidden, row, time);
    float sum[2], mean[2];
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const int r = row + lane / 4 + 8 * half;
        sum[half] = r < time ? sums[head.sums + r] * log2e : infinity();
        mean[half] = r < time ? delta[head.sums + r] : 0;
    }
    float dq[parts][4];
    clear(dq);
    const float factor = scale * log2e;

    for (int first = 0, now = 0; first < reach; first += tileRows, now ^= 1) {
        copy_async_wait<0>();
        __syncthreads();
        if (first + tileRows < reach) {
            load_tiles<32 * warps>(
                stream.tiles[now ^ 1], keys, head.step, values, head.step, first + tileRows, time);
        }
#pragma unroll 1
        for (int c = 0; c < 2; c++) {
            if (first + 16 * c >= own) continue;
            const bf16 *keyTile = stream.tiles[now][0] + 16 * c * stride;
            const bf16 *valueTile = stream.tiles[now][1] + 16 * c * stride;
            float s[2][4], ds[2][4];
            clear(s);
            clear(ds);
#pragma unroll
            for (int k = 0; k < steps; k++) {
                multiply_transposed(s, q[k], keyTile, k);
                multiply_transposed(ds, slope[k], valueTile, k);
            }
            if (first + 16 * c + 16 > all) {
#pragma unroll
                for (int i = 0; i < 8; i++) {
                    const int key = first + 16 * c + i / 4 * 8 + lane % 4 * 2 + i % 2;
                    const int r = row + lane / 4 + i / 2 % 2 * 8;
                    if (key >= (causal ? r + 1 : time)) s[i / 4][i % 4] = -infinity();
                }
            }
#pragma unroll
            for (int i = 0; i < 8; i++) {
                const float p = fast_exp2(s[i / 4][i % 4] * factor - sum[i / 2 % 2]);
                ds[i / 4][i % 4] = p * (ds[i / 4][i % 4] - mean[i / 2 % 2]);
            }
            unsigned a[4];
            pack(a, ds);
            multiply(dq, a, keyTile);
        }
    }
    store_rows(dqkv + head.rows, head.step, row, time, dq, scale, scale);
}

/// The gradient of a tile of keys and values.
__device__ void find_gradient_kv(
    Stream &stream, int tile, const bf16 *qkv, const bf16 *g, const float *sums, const float *delta, bf16 *dqkv,
    int time, int heads, float scale, int causal
) {
    const Head head(time, heads);
    const bf16 *queries = qkv + head.rows, *slopes = g + head.outs;
    const int blockKey = tile * 16 * gradientWarps;
    const int key = blockKey + (int)threadIdx.x / 32 * 16;
    const int lane = threadIdx.x % 32;
    const int start = causal ? blockKey : 0;

    clear_padding(stream);
    load_tiles<32 * gradientWarps>(stream.tiles[0], queries, head.step, slopes, head.hidden, start, time);
    // One of the first 64 threads each brings a sum or a delta of the next tile.
    const bool brings = threadIdx.x < 2 * tileRows;
    const bool isDelta = threadIdx.x >= tileRows;
    const float *source = (isDelta ? delta : sums) + head.sums;
    const float unit = isDelta ? 1 : log2e, nothing = isDelta ? 0 : infinity();
    if (brings) {
        const int query = start + lane;
        stream.statistics[0][isDelta][lane] = query < time ? source[query] * unit : nothing;
    }
    unsigned k[steps][4], v[steps][4];
    load_rows(k, queries + head.hidden, head.step, key, time);
    load_rows(v, queries + 2 * head.hidden, head.step, key, time);
    float dk[parts][4], dv[parts][4];
    clear(dk);
    clear(dv);
    const float factor = scale * log2e;

    for (int first = start, now = 0; first < time; first += tileRows, now ^= 1) {
        copy_async_wait<0>();
        __syncthreads();
        const bool goesOn = first + tileRows < time;
        const int nextQuery = first + tileRows + lane;
        float next = 0;
        if (goesOn) {
            load_tiles<32 * gradientWarps>(
                stream.tiles[now ^ 1], queries, head.step, slopes, head.hidden, first + tileRows, time);
            if (brings) next = source[smaller(nextQuery, time - 1)];   // not used before the end of the round
        }
#pragma unroll
        for (int c = 0; c < 2; c++) {
            const int query = first + 16 * c;
            if (key >= time || query >= time || (causal && query + 15 < key)) continue;
            const bf16 *queryTile = stream.tiles[now][0] + 16 * c * stride;
            const bf16 *slopeTile = stream.tiles[now][1] + 16 * c * stride;
            float p[2][4], ds[2][4];
            clear(p);
            clear(ds);
#pragma unroll
            for (int n = 0; n < steps; n++) {
                multiply_transposed(p, k[n], queryTile, n);
                multiply_transposed(ds, v[n], slopeTile, n);
            }
            if (causal && query < key + 15) {
#pragma unroll
                for (int i = 0; i < 8; i++) {
                    const int r = key + lane / 4 + i / 2 % 2 * 8;
                    if (query + i / 4 * 8 + lane % 4 * 2 + i % 2 < r) p[i / 4][i % 4] = -infinity();
                }
            }
#pragma unroll
            for (int i = 0; i < 8; i++) {
                const int place = 16 * c + i / 4 * 8 + lane % 4 * 2 + i % 2;
                float &x = p[i / 4][i % 4], &y = ds[i / 4][i % 4];
                x = fast_exp2(x * factor - stream.statistics[now][0][place]);
                y = x * (y - stream.statistics[now][1][place]);
            }
            unsigned a[4];
            pack(a, p);
            multiply(dv, a, slopeTile);
            pack(a, ds);
            multiply(dk, a, queryTile);
        }
        if (goesOn && brings) {
            stream.statistics[now ^ 1][isDelta][lane] = nextQuery < time ? next * unit : nothing;
        }
    }
    bf16 *to = dqkv + head.rows + head.hidden;
    store_rows(to, head.step, key, time, dk, scale, scale);
    store_rows(to + head.hidden, head.step, key, time, dv, 1, 1);
}

}  // namespace

extern "C" __global__ void __launch_bounds__(32 * warps, blocks) attention_gradient_q_bf16(
    const bf16 *qkv, const bf16 *g, const float *sums, const float *delta, bf16 *dqkv, int time, int heads, float scale,
    int causal
) {
    __shared__ Stream stream;
    const int tile = gridDim.x - 1 - blockIdx.x;   // the longest rows of a causal mask first
    find_gradient_q<warps>(stream, tile, qkv, g, sums, delta, dqkv, time, heads, scale, causal);
}

extern "C" __global__ void __launch_bounds__(32 * gradientWarps, 2) attention_gradient_kv_bf16(
    const bf16 *qkv, const bf16 *g, const float *sums, const float *delta, bf16 *dqkv, int time, int heads, float scale,
    int causal
) {
    __shared__ Stream stream;
    find_gradient_kv(stream, blockIdx.x, qkv, g, sums, delta, dqkv, time, heads, scale, causal);
}

// Both at once: what the two read comes from memory once and else from the cache.
extern "C" __global__ void __launch_bounds__(32 * gradientWarps, 2) attention_gradient_bf16(
    const bf16 *qkv, const bf16 *g, const float *sums, const float *delta, bf16 *dqkv, int time, int heads, float scale,
    int causal
) {
    __shared__ Stream stream;
    const int tile = blockIdx.x / 2;
    if (blockIdx.x % 2 == 0) {
        find_gradient_kv(stream, tile, qkv, g, sums, delta, dqkv, time, heads, scale, causal);
    } else {
        const int last = gridDim.x / 2 - 1;
        find_gradient_q<gradientWarps>(stream, last - tile, qkv, g, sums, delta, dqkv, time, heads, scale, causal);
    }
}

extern "C" __global__ void __launch_bounds__(256) attention_delta_bf16(
    const bf16 *out, const bf16 *g, float *delta, int batch, int time, int heads
) {
    find_delta(out, g, delta, batch, time, heads);
}
