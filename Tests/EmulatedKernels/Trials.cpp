// Small kernels that try the emulation itself.

#include "Emulation.h"

namespace {

#include "../../Sources/CUDAKernels/kernels/device.h"

/// out [16, 8] = left [16, 16] · right [16, 8], through shared memory, ldmatrix and one product; one warp.
extern "C" __global__ void trial_product(const bf16 *left, const bf16 *right, float *out) {
    __shared__ bf16 a[16][24];   // rows of 48 bytes
    __shared__ bf16 b[16][8];
    const int lane = threadIdx.x;
    copy_async_16(&a[lane / 2][lane % 2 * 8], left + lane * 8, 16);
    if (lane < 16) copy_async_16(b[lane], right + lane * 8, 16);
    copy_async_commit();
    copy_async_wait<0>();
    __syncwarp();
    unsigned leftParts[4], rightParts[2];
    ldmatrix_x4(leftParts, &a[lane % 16][lane / 16 * 8]);
    ldmatrix_x2_trans(rightParts, b[lane % 16]);
    float sums[4] = {0, 0, 0, 0};
    mma_m16n8k16_bf16(sums, leftParts, rightParts);
    const int row = lane / 4, column = lane % 4 * 2;
    out[row * 8 + column] = sums[0];
    out[row * 8 + column + 1] = sums[1];
    out[(row + 8) * 8 + column] = sums[2];
    out[(row + 8) * 8 + column + 1] = sums[3];
}

/// out [4, 32] = the numbers of the lanes that xor 5, down by 3, up by 3, and `lane · 7` give; and a vote after them.
extern "C" __global__ void trial_shuffles(int *out) {
    const int lane = threadIdx.x;
    out[lane] = __shfl_xor_sync(ALL_LANES, lane, 5);
    out[32 + lane] = __shfl_down_sync(ALL_LANES, lane, 3);
    out[64 + lane] = __shfl_up_sync(ALL_LANES, lane, 3);
    out[96 + lane] = __shfl_sync(ALL_LANES, lane, lane * 7 % 32);
    out[128 + lane] = int(__ballot_sync(ALL_LANES, lane % 3 == 0));
    out[160 + lane] = int(warp_sum(double(lane)));
}

/// Numbers wander around the block, one place a step; threads of the second half leave early.
extern "C" __global__ void trial_barrier(int *out, int steps) {
    DYNAMIC_SHARED(int, places);
    const int thread = threadIdx.x, count = blockDim.x;
    int mine = thread;
    for (int step = 0; step < steps; ++step) {
        places[thread] = mine;
        __syncthreads();
        mine = places[(thread + 1) % count];
        if (__syncthreads_or(mine < 0)) return;
    }
    if (thread >= count / 2) return;
    __syncthreads();
    out[blockIdx.x * (count / 2) + thread] = mine;
}

/// What a block finds in shared memory, and in a copy that it does not wait for.
extern "C" __global__ void trial_forgotten(const float *from, float *out) {
    __shared__ float never[4], late[4];
    copy_async_16(late, from, 16);
    copy_async_commit();
    out[0] = never[0];
    out[1] = late[0];
    copy_async_wait<0>();
    out[2] = late[0];
}

/// One lane waits for the block while the others wait for their warp.
extern "C" __global__ void trial_deadlock() {
    if (threadIdx.x == 0) __syncthreads();
    __syncwarp();
}

EMULATE(
    KERNEL(trial_product), KERNEL(trial_shuffles), KERNEL(trial_barrier), KERNEL(trial_forgotten),
    KERNEL(trial_deadlock))

}  // namespace
