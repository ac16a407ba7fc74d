// From logits to the next token, and from tokens to the decoder's next input: what a step of drawing needs around the
// transformer. `first` and `place` are in device memory, so that one recorded graph serves every step.

#include "draw.h"

/// *first += by; one thread.
extern "C" __global__ void advance(int *first, int by) {
    if (threadIdx.x == 0 && blockIdx.x == 0) *first += by;
}

/// out [rows, width] = table[ids[row]] + positions[*first]; any grid.
extern "C" __global__ void __launch_bounds__(256) embed_step(
    const float *table, const float *positions, const int *ids, float *out, int rows, int width, const int *first) {
    const longint position = static_cast<longint>(*first) * width;
    const longint step = static_cast<longint>(gridDim.x) * blockDim.x;
    const bool wide = width % 4 == 0 && is_aligned(table, 16) && is_aligned(positions, 16) && is_aligned(out, 16);
    const unsigned group = wide ? 4 : 1, groups = width / group;
    const longint all = static_cast<longint>(rows) * groups;
    for (longint i = static_cast<longint>(blockIdx.x) * blockDim.x + threadIdx.x; i < all; i += step) {
        const longint row = i / groups, place = (i - row * groups) * group;
        const float *of = table + static_cast<longint>(ids[row]) * width + place, *at = positions + position + place;
        float *to = out + row * width + place;
        if (wide) {
            const float4 a = *reinterpret_cast<const float4 *>(of), b = *reinterpret_cast<const float4 *>(at);
            *reinterpret_cast<float4 *>(to) = make_float4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w);
        } else {
            *to = *of + *at;
        }
    }
}

/// Draws a token for each row of logits [rows, classes]; one block of 256 threads a row. Written are newest[row +
/// c·rows] for each copy c, and tokens [rows, places] at *place; uniforms [places, rows] are in [0, 1) and not read if
/// `greedy`. A row whose logits are not all numbers (−∞ is one, unless all are) sets *faults and gets the token 0.
extern "C" __global__ void __launch_bounds__(256) sample_tokens(
    const float *logits, const double *uniforms, int *newest, int *tokens, int *faults, int rows, int classes,
    int places, const int *place, int topK, float temperature, int greedy, int copies) {
    __shared__ SamplingMemory memory;
    __shared__ SamplingNotes notes;
    const longint row = blockIdx.x;
    const float *x = logits + row * classes;
    Largest mine = {-infinity(), 0x7fffffff};
    bool isBad = false;
    each_logit(x, classes, [&](int token, float logit) {
        isBad = isBad || !(logit < infinity());
        mine = larger(mine, Largest{logit, token});
    });
    const float ceiling = mine.logit;
#pragma unroll
    for (int offset = 16; offset > 0; offset /= 2) {
        Largest other;
        other.logit = __shfl_xor_sync(ALL_LANES, mine.logit, offset);
        other.token = __shfl_xor_sync(ALL_LANES, mine.token, offset);
        mine = larger(mine, other);
    }
    if (threadIdx.x % 32 == 0) notes.largest[threadIdx.x / 32] = mine;
    isBad = __syncthreads_or(isBad);
    for (int warp = 0; warp < 8; ++warp) mine = larger(mine, notes.largest[warp]);
    isBad = isBad || !(mine.logit > -infinity());
    int token = 0;
    if (!isBad && greedy) {
        token = mine.token;
    } else if (!isBad) {
        Shares shares;
        shares.temperature = temperature;
        shares.threshold = -infinity();
        shares.top = shares.scaled(mine.logit);
        const double uniform = uniforms[static_cast<longint>(*place) * rows + row];
        const bool cuts = topK > 0 && topK < classes;
        token = -1;
        if (cuts && topK <= 256) {
            token = draw_from_few(x, classes, topK, uniform, shares, shares.scaled(ceiling), memory, notes);
        }
        if (token < 0) {
            if (cuts) shares.threshold = kth_largest(x, classes, topK, shares, memory, notes);
            token = draw_from_all(x, classes, uniform, shares, memory, notes);
        }
    }
    if (threadIdx.x > 0) return;
    if (isBad) *faults = 1;
    tokens[row * places + *place] = token;
    for (int copy = 0; copy < copies; ++copy) newest[row + static_cast<longint>(copy) * rows] = token;
}
