// How a block of 256 threads draws one token from a row of logits.
//
// The rule is that of Sources/Models/TokenSampler.swift, to the last tie: logits are divided by the temperature; those
// not smaller than the k-th largest are kept; their shares exp(scaled − largest) are summed and drawn from in the order
// of tokens, in double precision.

#ifndef KERNELS_DRAW_H
#define KERNELS_DRAW_H

#include "device.h"

struct Largest {
    float logit;
    int token;
};

/// The larger one; of equals the first.
__device__ __forceinline__ Largest larger(Largest a, Largest b) {
    return b.logit > a.logit || (b.logit == a.logit && b.token < a.token) ? b : a;
}

/// Calls body(token, logit) for this thread's part of a row.
template <typename Body> __device__ __forceinline__ void each_logit(const float *x, int classes, Body body) {
    if (classes % 4 == 0 && is_aligned(x, 16)) {
        for (int i = threadIdx.x; i < classes / 4; i += 256) {
            const float4 four = reinterpret_cast<const float4 *>(x)[i];
            body(4 * i, four.x);
            body(4 * i + 1, four.y);
            body(4 * i + 2, four.z);
            body(4 * i + 3, four.w);
        }
    } else {
        for (int i = threadIdx.x; i < classes; i += 256) body(i, x[i]);
    }
}

/// What one token has of the draw: 0 where it is left out.
struct Shares {
    float temperature, threshold;
    double top;

    __device__ __forceinline__ float scaled(float logit) const { return __fdiv_rn(logit, temperature); }
    __device__ __forceinline__ double of_scaled(float x) const { return x >= threshold ? exp(double(x) - top) : 0.0; }
    __device__ __forceinline__ double of(float logit) const { return of_scaled(scaled(logit)); }
};

const int candidateCapacity = 512, chunkCapacity = 1024;

struct Candidates {
    float values[candidateCapacity];
    int tokens[candidateCapacity];
    double shares[candidateCapacity];   // of those kept, in the order of tokens
    int sorted[candidateCapacity];
};

union SamplingMemory {
    Candidates few;
    int counts[256];
    double chunks[chunkCapacity];
};

struct SamplingNotes {
    Largest largest[8];
    float ceilings[256];   // the largest scaled logit of each thread
    float threshold;
    int count, kept, token, chunk;
    unsigned prefix;
    int wanted;
    double rest;
};

/// Keeps the order of floats; −0 comes before 0.
__device__ __forceinline__ unsigned order_of(float x) {
    const unsigned bits = __float_as_uint(x);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

__device__ __forceinline__ float float_of_order(unsigned order) {
    return __uint_as_float(order & 0x80000000u ? order & 0x7fffffffu : ~order);
}

/// The k-th largest of the scaled logits, eight bits at a time from the highest on; all threads.
__device__ float kth_largest(
    const float *x, int classes, int k, const Shares &shares, SamplingMemory &memory, SamplingNotes &notes) {
    unsigned prefix = 0;
    int wanted = k;
    for (int shift = 24; shift >= 0; shift -= 8) {
        __syncthreads();
        memory.counts[threadIdx.x] = 0;
        __syncthreads();
        each_logit(x, classes, [&](int, float logit) {
            const unsigned order = order_of(shares.scaled(logit));
            const bool isOurs = shift == 24 || order >> (shift + 8) == prefix >> (shift + 8);
            if (isOurs) atomicAdd(&memory.counts[order >> shift & 255u], 1);
        });
        __syncthreads();
        if (threadIdx.x == 0) {
            int digit = 255;
            while (digit > 0 && memory.counts[digit] < wanted) wanted -= memory.counts[digit--];
            notes.prefix = prefix | static_cast<unsigned>(digit) << shift;
            notes.wanted = wanted;
        }
        __syncthreads();
        prefix = notes.prefix;
        wanted = notes.wanted;
    }
    return float_of_order(prefix);
}

/// Draws among at most 512 logits that can be in question; −1 where there are more. The k-th largest of the threads'
/// largest numbers is never above the k-th largest of all, so all that count are not below it. All threads, k ≤ 256.
__device__ int draw_from_few(
    const float *x, int classes, int k, double uniform, Shares shares, float ceiling, SamplingMemory &memory,
    SamplingNotes &notes) {
    const int thread = threadIdx.x;
    notes.ceilings[thread] = ceiling;
    if (thread == 0) notes.count = notes.kept = 0;
    __syncthreads();
    int above = 0, notBelow = 0;
    for (int i = 0; i < 256; ++i) {
        above += notes.ceilings[i] > ceiling;
        notBelow += notes.ceilings[i] >= ceiling;
    }
    if (above < k && k <= notBelow) notes.threshold = ceiling;   // all who find this write the same number
    __syncthreads();
    const float floor = notes.threshold;
    Candidates &few = memory.few;
    each_logit(x, classes, [&](int token, float logit) {
        const float scaled = shares.scaled(logit);
        if (!(scaled >= floor)) return;
        const int place = atomicAdd(&notes.count, 1);
        if (place >= candidateCapacity) return;
        few.values[place] = scaled;
        few.tokens[place] = token;
    });
    __syncthreads();
    const int count = notes.count;
    if (count > candidateCapacity) return -1;
    for (int mine = thread; mine < count; mine += 256) {
        int larger = 0, notSmaller = 0;
        for (int i = 0; i < count; ++i) {
            larger += few.values[i] > few.values[mine];
            notSmaller += few.values[i] >= few.values[mine];
        }
        if (larger < k && k <= notSmaller) notes.threshold = few.values[mine];
    }
    __syncthreads();
    shares.threshold = notes.threshold;
    for (int mine = thread; mine < count; mine += 256) {
        if (!(few.values[mine] >= shares.threshold)) continue;
        int before = 0;
        for (int i = 0; i < count; ++i) {
            before += few.values[i] >= shares.threshold && few.tokens[i] < few.tokens[mine];
        }
        few.shares[before] = shares.of_scaled(few.values[mine]);
        few.sorted[before] = few.tokens[mine];
        atomicAdd(&notes.kept, 1);
    }
    __syncthreads();
    if (thread == 0) {
        const int kept = notes.kept;
        double sum = 0.0;
        for (int i = 0; i < kept; ++i) sum = __dadd_rn(sum, few.shares[i]);
        double rest = __dmul_rn(uniform, sum);
        int chosen = 0;
        for (int i = 0; i < kept; ++i) {
            if (!(few.shares[i] > 0.0)) continue;
            chosen = few.sorted[i];
            rest = __dadd_rn(rest, -few.shares[i]);
            if (rest < 0.0) break;
        }
        notes.token = chosen;
    }
    __syncthreads();
    return notes.token;
}

/// Draws among all: sums of chunks of the row, then the chunk in which the draw falls. All threads.
__device__ int draw_from_all(
    const float *x, int classes, double uniform, const Shares &shares, SamplingMemory &memory, SamplingNotes &notes) {
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int groups = (classes + 31) / 32;   // of 32 tokens
    const int perChunk = max(4, (groups + chunkCapacity - 1) / chunkCapacity);
    const int chunks = (groups + perChunk - 1) / perChunk;
    __syncthreads();   // the memory was used for something else
    for (int chunk = warp; chunk < chunks; chunk += 8) {
        double sum = 0.0;
        for (int i = 0; i < perChunk; ++i) {
            const int token = (chunk * perChunk + i) * 32 + lane;
            if (token < classes) sum += shares.of(x[token]);
        }
        sum = warp_sum(sum);
        if (lane == 0) memory.chunks[chunk] = sum;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        double sum = 0.0;
        for (int chunk = 0; chunk < chunks; ++chunk) sum += memory.chunks[chunk];
        double rest = __dmul_rn(uniform, sum), atStart = 0.0;
        int chosen = 0;
        for (int chunk = 0; chunk < chunks; ++chunk) {
            if (!(memory.chunks[chunk] > 0.0)) continue;
            chosen = chunk;
            atStart = rest;
            rest -= memory.chunks[chunk];
            if (rest < 0.0) break;
        }
        notes.chunk = chosen;
        notes.rest = atStart;
        notes.token = 0;
    }
    __syncthreads();
    if (warp == 0) {
        double rest = notes.rest;
        int last = -1;
        for (int i = 0; i < perChunk; ++i) {
            const int token = (notes.chunk * perChunk + i) * 32 + lane;
            const double share = token < classes ? shares.of(x[token]) : 0.0;
            double until = share;   // of this lane and those before
#pragma unroll
            for (int offset = 1; offset < 32; offset *= 2) {
                const double before = __shfl_up_sync(ALL_LANES, until, offset);
                if (lane >= offset) until += before;
            }
            const unsigned positive = __ballot_sync(ALL_LANES, share > 0.0);
            const unsigned hits = __ballot_sync(ALL_LANES, share > 0.0 && rest - until < 0.0);
            const int start = (notes.chunk * perChunk + i) * 32;
            if (hits != 0) {
                last = start + __ffs(static_cast<int>(hits)) - 1;
                break;
            }
            if (positive != 0) last = start + 31 - __clz(static_cast<int>(positive));
            rest -= __shfl_sync(ALL_LANES, until, 31);
        }
        if (lane == 0 && last >= 0) notes.token = last;
    }
    __syncthreads();
    return notes.token;
}

#endif
