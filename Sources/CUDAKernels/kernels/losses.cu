// Cross-entropy of rows of logits in nats, and its gradient. One block of 256 threads a row, which is read once.

#include "device.h"

/// Σ exp(x) as exp(largest)·sum, for numbers that come one after another (Milakov and Gimelshein 2018).
struct PowerSum {
    float largest, sum;

    __device__ __forceinline__ void rise(float to) {
        if (to <= largest) return;
        sum *= expf(largest - to);
        largest = to;
    }

    /// What has seen nothing but −∞ has the sum 0; what is not a number makes it not a number.
    __device__ __forceinline__ void add(float x) {
        rise(x);
        sum += x == -infinity() ? 0.0f : expf(x - largest);
    }

    __device__ __forceinline__ void add(float4 x) {
        rise(fmaxf(fmaxf(x.x, x.y), fmaxf(x.z, x.w)));
        if (largest == -infinity()) {
            add(x.x), add(x.y), add(x.z), add(x.w);
        } else {
            sum += (expf(x.x - largest) + expf(x.y - largest)) + (expf(x.z - largest) + expf(x.w - largest));
        }
    }

    __device__ __forceinline__ void join(PowerSum other) {
        const float top = fmaxf(largest, other.largest);
        if (top == -infinity()) {
            sum += other.sum;
            return;
        }
        sum = sum * expf(largest - top) + other.sum * expf(other.largest - top);
        largest = top;
    }
};

/// Of logits [rows, classes]: losses [rows] = log Σ exp − logit of the target, and sums [rows] = log Σ exp. A target
/// that is no class gives a loss that is not a number.
extern "C" __global__ void __launch_bounds__(256)
cross_entropy(const float *logits, const int *targets, float *losses, float *sums, int classes) {
    const longint row = blockIdx.x;
    const float *x = logits + row * classes;
    PowerSum mine = {-infinity(), 0.0f};
    if (classes % 4 == 0 && is_aligned(logits, 16)) {
#pragma unroll 4
        for (int i = threadIdx.x; i < classes / 4; i += 256) mine.add(reinterpret_cast<const float4 *>(x)[i]);
    } else {
        for (int i = threadIdx.x; i < classes; i += 256) mine.add(x[i]);
    }
    __shared__ float largest[8], parts[8];
#pragma unroll
    for (int offset = 16; offset > 0; offset /= 2) {
        PowerSum other;
        other.largest = __shfl_xor_sync(ALL_LANES, mine.largest, offset);
        other.sum = __shfl_xor_sync(ALL_LANES, mine.sum, offset);
        mine.join(other);
    }
    if (threadIdx.x % 32 == 0) {
        largest[threadIdx.x / 32] = mine.largest;
        parts[threadIdx.x / 32] = mine.sum;
    }
    __syncthreads();
    if (threadIdx.x > 0) return;
    for (int warp = 1; warp < 8; ++warp) mine.join(PowerSum{largest[warp], parts[warp]});
    const float total = mine.largest + logf(mine.sum);
    const int target = targets[row];
    sums[row] = total;
    losses[row] = target >= 0 && target < classes ? total - x[target] : __int_as_float(0x7fffffff);
}

/// out = (softmax − onehot(target))·weight, from the sums of `cross_entropy`; out may be the logits.
extern "C" __global__ void __launch_bounds__(256) cross_entropy_gradient(
    const float *logits, const int *targets, const float *sums, float *out, int classes, float weight) {
    const longint row = blockIdx.x;
    const float *x = logits + row * classes;
    float *y = out + row * classes;
    const float sum = sums[row];
    const int target = targets[row];
    if (classes % 4 == 0 && is_aligned(logits, 16) && is_aligned(out, 16)) {
        for (int i = threadIdx.x; i < classes / 4; i += 256) {
            const float4 four = reinterpret_cast<const float4 *>(x)[i];
            float4 slope = make_float4(
                expf(four.x - sum) * weight, expf(four.y - sum) * weight, expf(four.z - sum) * weight,
                expf(four.w - sum) * weight);
            if (i == target / 4 && target >= 0) {
                if (target % 4 == 0) slope.x -= weight;
                if (target % 4 == 1) slope.y -= weight;
                if (target % 4 == 2) slope.z -= weight;
                if (target % 4 == 3) slope.w -= weight;
            }
            reinterpret_cast<float4 *>(y)[i] = slope;
        }
    } else {
        for (int i = threadIdx.x; i < classes; i += 256) {
            y[i] = expf(x[i] - sum) * weight - (i == target ? weight : 0.0f);
        }
    }
}
