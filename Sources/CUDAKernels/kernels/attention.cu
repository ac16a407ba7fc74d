// Self-attention and its gradient for heads of HEAD_SIZE numbers (a multiple of 8, at most 128).
//
// qkv, dqkv [batch, time, 3 * heads * HEAD_SIZE]: each position's query, key and value one after another;
// out, g [batch, time, heads * HEAD_SIZE]; sums, delta [batch, heads, time] in Float32, sums = log of the sum of
// exp(scaled score). The scale is positive. A causal query sees the keys up to its own position.
//
// The scores are never written (Dao 2023, "FlashAttention-2"): a warp keeps sixteen rows in registers while tiles of
// 32 rows of the other side stream through shared memory, the next tile on its way while this one is used. The
// gradient makes the shares again from the sums; each number of it is summed by one warp in one order, so that it is
// the same at every run.
//
// launch: attention_bf16, attention_f32: grid ((time + 95) / 96, heads, batch), 192 threads, shared 0
// launch: attention_delta_bf16, attention_delta_f32: grid ((batch * time * heads + 15) / 16), 256 threads, shared 0
// launch: attention_gradient_bf16, attention_gradient_f32: grid (2 * ((time + 63) / 64), heads, batch), 128, shared 0
//
// The last does the work of these two in one launch, with the same arguments and the same result, and reads memory once
// where they read it twice:
// launch: attention_gradient_kv_bf16, attention_gradient_kv_f32: grid ((time + 63) / 64, heads, batch), 128, shared 0
// launch: attention_gradient_q_bf16, attention_gradient_q_f32: grid ((time + 95) / 96, heads, batch), 192, shared 0

#include "device.h"

namespace {

constexpr int parts = HEAD_SIZE / 8;              // of 16 bytes in BFloat16; column tiles of mma
constexpr int steps = (HEAD_SIZE + 15) / 16;      // of 16 columns; the last is filled up with zeros
constexpr int stride = steps * 16 + 8;            // of a row in shared memory: an odd number of 16 bytes, so that
                                                  // eight rows lie in different banks
constexpr int tileRows = 32;
constexpr int warps = 6, gradientWarps = 4;       // of a block, with sixteen rows each
constexpr int blocks = HEAD_SIZE > 112 ? 1 : 2;   // at once on a multiprocessor: leaves 168 registers or 255
constexpr float log2e = 1.44269504088896341f;

__device__ int smaller(int a, int b) { return a < b ? a : b; }

/// What streams through shared memory: two tiles of two matrices each, and the sums (to base 2) and deltas of both
/// tiles' queries.
struct Stream {
    alignas(16) bf16 tiles[2][2][tileRows * stride];
    float statistics[2][2][tileRows];
};

/// Where one sample's one head lies.
struct Head {
    long long rows;    // first number of its first query in qkv
    long long outs;    // of its first row in out
    long long sums;    // of its first sum
    int hidden, step;  // numbers of a position in out and in qkv

    __device__ Head(int time, int heads) {
        const long long sample = blockIdx.z;
        const int head = blockIdx.y;
        hidden = heads * HEAD_SIZE;
        step = 3 * hidden;
        rows = sample * time * step + head * HEAD_SIZE;
        outs = sample * time * hidden + head * HEAD_SIZE;
        sums = (sample * heads + head) * time;
    }
};

/// Zeros in the columns that fill up the last step; copies never write there.
__device__ void clear_padding(Stream &stream) {
    if (HEAD_SIZE % 16 == 0) return;
    for (int row = threadIdx.x; row < 4 * tileRows; row += blockDim.x) {
        bf16 *at = stream.tiles[0][0] + row * stride + HEAD_SIZE;
        *reinterpret_cast<uint4 *>(at) = make_uint4(0, 0, 0, 0);
    }
}

/// Begins to copy rows first ..< first + 32 of two matrices; zeros where there is no row.
template <int threads> __device__ void load_tiles(
    bf16 (&tiles)[2][tileRows * stride], const bf16 *left, int leftStep, const bf16 *right, int rightStep, int first,
    int time
) {
    constexpr int lanes = parts > 8 ? 16 : parts > 4 ? 8 : parts > 2 ? 4 : parts;   // that share a row
    constexpr int rows = threads / lanes;                                           // at once
    const int row = threadIdx.x / lanes, column = threadIdx.x % lanes * 8;
    constexpr int unrolled = threads > 128 ? 1 : tileRows;   // fewer addresses at once where registers are scarce
    if (column < HEAD_SIZE) {
#pragma unroll unrolled
        for (int side = 0; side < 2; side++) {
            const int step = side ? rightStep : leftStep;
            const bf16 *from = (side ? right : left) + column;
            bf16 *to = tiles[side] + row * stride + column;
#pragma unroll unrolled
            for (int round = 0; round < tileRows; round += rows) {
                if (round + rows <= tileRows || round + row < tileRows) {
                    const int place = first + round + row;
                    copy_async_16(to + round * stride, from + smaller(place, time - 1) * step, place < time ? 16 : 0);
                }
            }
        }
    }
    copy_async_commit();
}

/// Sixteen rows as the left operand of mma, straight from global memory; zeros where there is no row or column.
__device__ void load_rows(unsigned (&a)[steps][4], const bf16 *rows, int step, int first, int time) {
    const int lane = threadIdx.x % 32, row = first + lane / 4, column = lane % 4 * 2;
#pragma unroll
    for (int k = 0; k < steps; k++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const int r = row + i % 2 * 8, c = 16 * k + i / 2 * 8;
            const bool there = c < HEAD_SIZE && r < time;
            a[k][i] = there ? *reinterpret_cast<const unsigned *>(rows + r * step + c + column) : 0u;
        }
    }
}

/// c += a · bᵀ for sixteen rows of a tile: two column tiles of the product.
__device__ void multiply_transposed(float (&c)[2][4], const unsigned (&a)[4], const bf16 *tile, int step) {
    const int lane = threadIdx.x % 32;
    unsigned b[4];
    ldmatrix_x4(b, tile + (lane / 16 * 8 + lane % 8) * stride + 16 * step + lane / 8 % 2 * 8);
    mma_m16n8k16_bf16(c[0], a, b);
    mma_m16n8k16_bf16(c[1], a, b + 2);
}

/// c += a · b, where b is sixteen rows of a tile.
__device__ void multiply(float (&c)[parts][4], const unsigned (&a)[4], const bf16 *tile) {
    const int lane = threadIdx.x % 32;
    const bf16 *from = tile + lane % 16 * stride + lane / 16 * 8;
#pragma unroll
    for (int pair = 0; pair < steps; pair++) {
        unsigned b[4];
        ldmatrix_x4_trans(b, from + 16 * pair);
        mma_m16n8k16_bf16(c[2 * pair], a, b);
        if (2 * pair + 1 < parts) mma_m16n8k16_bf16(c[2 * pair + 1 < parts ? 2 * pair + 1 : 0], a, b + 2);
    }
}

/// Two column tiles of a product as the left operand of the next.
__device__ void pack(unsigned (&a)[4], const float (&c)[2][4]) {
    a[0] = pack_bf16(c[0][0], c[0][1]);
    a[1] = pack_bf16(c[0][2], c[0][3]);
    a[2] = pack_bf16(c[1][0], c[1][1]);
    a[3] = pack_bf16(c[1][2], c[1][3]);
}

template <int rows> __device__ void clear(float (&c)[rows][4]) {
#pragma unroll
    for (int n = 0; n < rows; n++) {
#pragma unroll
        for (int i = 0; i < 4; i++) c[n][i] = 0;
    }
}

/// Writes sixteen rows, each half's numbers times its factor.
__device__ void store_rows(bf16 *rows, int step, int first, int time, const float (&c)[parts][4], float low, float high)
{
    const int lane = threadIdx.x % 32, row = first + lane / 4, column = lane % 4 * 2;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const int r = row + 8 * half;
        if (r >= time) continue;
        const float factor = half ? high : low;
        unsigned *to = reinterpret_cast<unsigned *>(rows + (long long)r * step + column);
#pragma unroll
        for (int n = 0; n < parts; n++) to[4 * n] = pack_bf16(c[n][2 * half] * factor, c[n][2 * half + 1] * factor);
    }
}

/// The largest, or the sum, over the four lanes that share a row of a product.
__device__ float row_maximum(float x) {
    x = fmaxf(x, __shfl_xor_sync(ALL_LANES, x, 1));
    return fmaxf(x, __shfl_xor_sync(ALL_LANES, x, 2));
}
__device__ float row_sum(float x) {
    x += __shfl_xor_sync(ALL_LANES, x, 1);
    return x + __shfl_xor_sync(ALL_LANES, x, 2);
}

}  // namespace

extern "C" __global__ void __launch_bounds__(32 * warps, blocks) attention_bf16(
    const bf16 *qkv, bf16 *out, float *sums, int time, int heads, float scale, int causal
) {
    __shared__ Stream stream;
    const Head head(time, heads);
    const bf16 *queries = qkv + head.rows, *keys = queries + head.hidden, *values = keys + head.hidden;
    // The longest rows of a causal mask first.
    const int blockRow = (int)(gridDim.x - 1 - blockIdx.x) * 16 * warps;
    const int row = blockRow + (int)threadIdx.x / 32 * 16;
    const int lane = threadIdx.x % 32;
    // Keys that the block's, the warp's and all of the warp's rows see.
    const int reach = causal ? smaller(time, blockRow + 16 * warps) : time;
    const int own = row >= time ? 0 : causal ? smaller(time, row + 16) : time;
    const int all = causal ? row + 1 : time;

    clear_padding(stream);
    load_tiles<32 * warps>(stream.tiles[0], keys, head.step, values, head.step, 0, time);
    unsigned q[steps][4];
    load_rows(q, queries, head.step, row, time);
    float o[parts][4];
    clear(o);
    float largest[2] = {-infinity(), -infinity()}, total[2] = {0, 0};
    const float factor = scale * log2e;

    for (int first = 0, now = 0; first < reach; first += tileRows, now ^= 1) {
        copy_async_wait<0>();
        __syncthreads();
        if (first + tileRows < reach) {
            load_tiles<32 * warps>(
                stream.tiles[now ^ 1], keys, head.step, values, head.step, first + tileRows, time);
        }
        if (first >= own) continue;
        const bf16 *keyTile = stream.tiles[now][0], *valueTile = stream.tiles[now][1];
        float s[2][2][4];
        clear(s[0]);
        clear(s[1]);
#pragma unroll
        for (int k = 0; k < steps; k++) {
            multiply_transposed(s[0], q[k], keyTile, k);
            multiply_transposed(s[1], q[k], keyTile + 16 * stride, k);
        }
        if (first + tileRows > all) {
#pragma unroll
            for (int i = 0; i < 16; i++) {
                const int key = first + i / 4 * 8 + lane % 4 * 2 + i % 2, r = row + lane / 4 + i / 2 % 2 * 8;
                if (key >= (causal ? r + 1 : time)) s[i / 8][i / 4 % 2][i % 4] = -infinity();
            }
        }
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float m = largest[half];
#pragma unroll
            for (int n = 0; n < 8; n++) m = fmaxf(m, s[n / 4][n / 2 % 2][2 * half + n % 2]);
            m = row_maximum(m);
            const float base = m * factor, shrink = fast_exp2(largest[half] * factor - base);
            largest[half] = m;
            float sum = 0;
#pragma unroll
            for (int n = 0; n < 8; n++) {
                float &x = s[n / 4][n / 2 % 2][2 * half + n % 2];
                x = fast_exp2(x * factor - base);
                sum += x;
            }
            total[half] = total[half] * shrink + sum;
#pragma unroll
            for (int n = 0; n < parts; n++) {
                o[n][2 * half] *= shrink;
                o[n][2 * half + 1] *= shrink;
            }
        }
#pragma unroll
        for (int c = 0; c < 2; c++) {
            unsigned p[4];
            pack(p, s[c]);
            multiply(o, p, valueTile + 16 * c * stride);
        }
    }
    if (row >= time) return;
    const float low = row_sum(total[0]), high = row_sum(total[1]);
    store_rows(out + head.outs, head.hidden, row, time, o, 1 / low, 1 / high);
    if (sums != nullptr && lane % 4 == 0) {
        const int r = row + lane / 4;
        if (r < time) sums[head.sums + r] = largest[0] * scale + logf(low);
        if (r + 8 < time) sums[head.sums + r + 8] = largest[1] * scale + logf(high);
    }
}

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

namespace {

/// Sixteen lanes a row: they share its products.
template <class T> __device__ void find_delta(
    const T *out, const T *g, float *delta, int batch, int time, int heads
) {
    const long long count = (long long)batch * time * heads;
    const long long place = (long long)blockIdx.x * 16 + threadIdx.x / 16;
    const bool there = place < count;
    float sum = 0;
    const int lane = threadIdx.x % 16;
    const T *a = out + place * HEAD_SIZE, *b = g + place * HEAD_SIZE;
    if (there) {
        if constexpr (sizeof(T) == 2) {
            if (lane < parts) {
                const uint4 x = reinterpret_cast<const uint4 *>(a)[lane], y = reinterpret_cast<const uint4 *>(b)[lane];
                const unsigned u[4] = {x.x, x.y, x.z, x.w}, w[4] = {y.x, y.y, y.z, y.w};
#pragma unroll
                for (int i = 0; i < 4; i++) sum += low_half(u[i]) * low_half(w[i]) + high_half(u[i]) * high_half(w[i]);
            }
        } else {
            for (int i = lane; i < HEAD_SIZE; i += 16) sum += a[i] * b[i];
        }
    }
#pragma unroll
    for (int offset = 8; offset > 0; offset /= 2) sum += __shfl_xor_sync(ALL_LANES, sum, offset);
    if (there && lane == 0) {
        const long long head = place % heads, position = place / heads % time, sample = place / heads / time;
        delta[(sample * heads + head) * time + position] = sum;
    }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(256) attention_delta_bf16(
    const bf16 *out, const bf16 *g, float *delta, int batch, int time, int heads
) {
    find_delta(out, g, delta, batch, time, heads);
}

extern "C" __global__ void __launch_bounds__(256) attention_delta_f32(
    const float *out, const float *g, float *delta, int batch, int time, int heads
) {
    find_delta(out, g, delta, batch, time, heads);
}

// Float32, for parity: a warp takes one row at a time; its lanes make the scores of 32 keys (or queries), one each, and
// then share the columns of the sum.

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
