// Products by groups of four warps (wgmma), which GPUs of compute capability 9.0 have: both operands lie in shared
// memory, sums in registers, and a product is done only when it has been waited for.
//
// An operand's tile has lines of 128 bytes, 64 numbers of neighbouring k, with pieces of 16 bytes swizzled by
// `swizzled` of convolution.h (PTX ISA, "128B swizzling"), and begins at a multiple of 1024 bytes.
//
//   DYNAMIC_SHARED_TILES(type, name)   the shared memory that the launch asked for, aligned to 1024 bytes
//   wgmma_operand(tile, k)             describes a tile's lines, from its k-th sixteen numbers on
//   wgmma_m64n128k16_bf16(d, a, b, added)   d [64, 128] = a [64, 16] · b [128, 16]ᵀ, added to d if `added`; lane l of
//                                      warp w of the group has in d[4j + 2h], d[4j + 2h + 1] row 16w + 8h + l / 4 of
//                                      columns 8j + l % 4 · 2, + 1
//   wgmma_fence()                      before the first product after registers were touched
//   wgmma_commit(), wgmma_wait<n>()    as wgmma.commit_group and wgmma.wait_group n
//   copy_barrier_make(barrier)         by one thread, before a barrier of the block, in 8 bytes of shared memory
//   copy_bulk(shared, global, bytes, barrier)   by one thread: so many bytes (a multiple of 16) as one copy that needs
//                                      no more threads; the barrier's next phase ends when they are there
//   copy_barrier_wait(barrier, phase)  until phase 0, 1, 0, 1, … has ended
//   wgmma_hold(d)                      keeps the compiler from moving sums while products work on them
//   show_shared_writes()               before a barrier after which products read what this thread wrote or copied

#ifndef KERNELS_WGMMA_H
#define KERNELS_WGMMA_H

#include "device.h"

#ifndef EMULATED_KERNELS

#define DYNAMIC_SHARED_TILES(type, name)                   \
    extern __shared__ __align__(1024) char name##_bytes[]; \
    type *const name = reinterpret_cast<type *>(name##_bytes)

typedef unsigned long long WgmmaOperand;

/// PTX ISA, "Matrix Descriptor Format": the address, 1024 bytes from eight lines to the next eight, 128B swizzling.
__device__ __forceinline__ WgmmaOperand wgmma_operand(const char *tile, int k) {
    const WgmmaOperand start = (shared_address(tile) & 0x3ffff) >> 4;
    return (start + 2 * k) | (WgmmaOperand(1) << 16) | (WgmmaOperand(1024 >> 4) << 32) | (WgmmaOperand(1) << 62);
}

__device__ __forceinline__ void wgmma_m64n128k16_bf16(float d[64], WgmmaOperand a, WgmmaOperand b, bool added) {
    asm volatile(
        "{\n.reg .pred added;\nsetp.ne.b32 added, %66, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {"
        "%0, %1, %2, %3, %4, %5, %6, %7, "
        "%8, %9, %10, %11, %12, %13, %14, %15, "
        "%16, %17, %18, %19, %20, %21, %22, %23, "
        "%24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, "
        "%40, %41, %42, %43, %44, %45, %46, %47, "
        "%48, %49, %50, %51, %52, %53, %54, %55, "
        "%56, %57, %58, %59, %60, %61, %62, %63}, "
        "%64, %65, added, 1, 1, 0, 0;\n}\n"
        :
          "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]),
          "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]),
          "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]),
          "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]),
          "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]),
          "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]),
          "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]),
          "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31]),
          "+f"(d[32]), "+f"(d[33]), "+f"(d[34]), "+f"(d[35]),
          "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39]),
          "+f"(d[40]), "+f"(d[41]), "+f"(d[42]), "+f"(d[43]),
          "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47]),
          "+f"(d[48]), "+f"(d[49]), "+f"(d[50]), "+f"(d[51]),
          "+f"(d[52]), "+f"(d[53]), "+f"(d[54]), "+f"(d[55]),
          "+f"(d[56]), "+f"(d[57]), "+f"(d[58]), "+f"(d[59]),
          "+f"(d[60]), "+f"(d[61]), "+f"(d[62]), "+f"(d[63])
        : "l"(a), "l"(b), "r"(int(added)));
}

__device__ __forceinline__ void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;\n" ::: "memory"); }
__device__ __forceinline__ void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;\n" ::: "memory"); }

template <int pending> __device__ __forceinline__ void wgmma_wait() {
    asm volatile("wgmma.wait_group.sync.aligned %0;\n" ::"n"(pending) : "memory");
}

typedef unsigned long long CopyBarrier;

__device__ __forceinline__ void copy_barrier_make(CopyBarrier *barrier) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;\nfence.proxy.async.shared::cta;\n" ::"r"(shared_address(barrier))
                 : "memory");
}

__device__ __forceinline__ void copy_bulk(void *shared, const void *global, unsigned bytes, CopyBarrier *barrier) {
    asm volatile(
        "mbarrier.arrive.expect_tx.shared::cta.b64 _, [%3], %2;\n"
        "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];\n" ::"r"(
            shared_address(shared)),
        "l"(__cvta_generic_to_global(global)), "r"(bytes), "r"(shared_address(barrier))
        : "memory");
}

__device__ __forceinline__ void copy_barrier_wait(CopyBarrier *barrier, unsigned phase) {
    unsigned isOver = 0;
    while (isOver == 0) {
        asm volatile(
            "{\n.reg .pred over;\nmbarrier.try_wait.parity.shared::cta.b64 over, [%1], %2;\nselp.u32 %0, 1, 0, over;\n}\n"
            : "=r"(isOver)
            : "r"(shared_address(barrier)), "r"(phase)
            : "memory");
    }
}

template <int count> __device__ __forceinline__ void wgmma_hold(float (&d)[count]) {
#pragma unroll
    for (int i = 0; i < count; ++i) asm volatile("" : "+f"(d[i])::"memory");
}

__device__ __forceinline__ void show_shared_writes() { asm volatile("fence.proxy.async.shared::cta;\n" ::: "memory"); }

#endif

#endif
