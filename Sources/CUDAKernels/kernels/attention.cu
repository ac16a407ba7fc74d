// Self-attention in BFloat16; what its arguments are, attention.h says.
//
// launch: attention_bf16: grid ((time + 95) / 96, heads, batch), 192 threads, shared 0

#include "attention_tiles.h"

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
