// Products by groups of four warps (wgmma), which GPUs of compute capability 9.0 have: both operands lie in shared
// memory, sums in registers, and a product is done only when it has been waited for.
//
// An operand's tile has lines of 128 bytes, 64 numbers of neighbouring k, with pieces of 16 bytes swizzled by
// `swizzled` of convolution.h (PTX ISA, "128B swizzling"), and begins at a multiple of 128 bytes. Swizzling goes by
// the bits of the whole address, so that lines can be read from any of a larger tile on, which is at 1024 bytes.
//
//   DYNAMIC_SHARED_TILES(type, name)   the shared memory that the launch asked for, aligned to 1024 bytes
//   wgmma_operand(tile, k, eight)      describes a tile's lines, from its k-th sixteen numbers on; so many bytes lead
//                                      from eight lines to the next eight, 1024 if they lie one after another
//   wgmma_m64n128k16_bf16(d, a, b, added)   d [64, 128] = a [64, 16] · b [128, 16]ᵀ, added to d if `added`; lane l of
//                                      warp w of the group has in d[4j + 2h], d[4j + 2h + 1] row 16w + 8h + l / 4 of
//                                      columns 8j + l % 4 · 2, + 1
//   wgmma_fence()                      before the first product after registers were touched
//   wgmma_commit(), wgmma_wait<n>()    as wgmma.commit_group and wgmma.wait_group n
//   copy_barrier_make(barrier, count)  by one thread, before a barrier of the block, in 8 bytes of shared memory; a
//                                      phase ends when so many have arrived
//   copy_bulk(shared, global, bytes, barrier)   by one thread: so many bytes (a multiple of 16) as one copy that needs
//                                      no more threads; it arrives when they are there
//   copy_async_arrive(barrier)         arrives when all that this thread asked of copy_async_16 before is there; who
//                                      waits says show_shared_writes before a product reads it
//   copy_barrier_arrive(barrier, does)   arrives now if it does
//   copy_barrier_wait(barrier, phase)  until phase 0, 1, 0, 1, … has ended; before phase 0, phase 1 has. Who waits must
//                                      know that the phase is the running one or the one before
//   group_barrier(number)              a barrier of one group's 128 threads; groups use different numbers, from 1 on
//   registers_give<n>(), registers_take<n>()   this group goes on with n registers a thread, as setmaxnreg
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

/// PTX ISA, "Matrix Descriptor Format": the address, bytes from eight lines to the next eight, 128B swizzling; the base
/// offset is 0, since swizzling repeats from multiples of 1024 bytes on.
__device__ __forceinline__ WgmmaOperand wgmma_operand(const char *tile, int k, int eight = 1024) {
    const WgmmaOperand start = (shared_address(tile) & 0x3ffff) >> 4;
    return (start + 2 * k) | (WgmmaOperand(1) << 16) | (WgmmaOperand(eight >> 4) << 32) | (WgmmaOperand(1) << 62);
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

__device__ __forceinline__ void copy_barrier_make(CopyBarrier *barrier, unsigned count) {
    asm volatile(
        "mbarrier.init.shared::cta.b64 [%0], %1;\nfence.proxy.async.shared::cta;\n" ::"r"(shared_address(barrier)),
        "r"(count)
        : "memory");
}

__device__ __forceinline__ void copy_barrier_arrive(CopyBarrier *barrier, bool does) {
    asm volatile(
        "{\n.reg .pred does;\nsetp.ne.b32 does, %1, 0;\n@does mbarrier.arrive.shared::cta.b64 _, [%0];\n}\n" ::"r"(
            shared_address(barrier)),
        "r"(int(does))
        : "memory");
}

__device__ __forceinline__ void copy_async_arrive(CopyBarrier *barrier) {
    asm volatile("cp.async.mbarrier.arrive.noinc.shared::cta.b64 [%0];\n" ::"r"(shared_address(barrier)) : "memory");
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
    asm volatile(
        "{\n.reg .pred over;\nagain:\nmbarrier.try_wait.parity.shared::cta.b64 over, [%0], %1;\n"
        "@over bra done;\nbra again;\ndone:\n}\n" ::"r"(shared_address(barrier)),
        "r"(phase)
        : "memory");
}

template <int count> __device__ __forceinline__ void wgmma_hold(float (&d)[count]) {
#pragma unroll
    for (int i = 0; i < count; ++i) asm volatile("" : "+f"(d[i])::"memory");
}

__device__ __forceinline__ void group_barrier(int number) {
    asm volatile("bar.sync %0, 128;\n" ::"r"(number) : "memory");
}

template <int count> __device__ __forceinline__ void registers_give() {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;\n" ::"n"(count));
}

template <int count> __device__ __forceinline__ void registers_take() {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;\n" ::"n"(count));
}

__device__ __forceinline__ void show_shared_writes() { asm volatile("fence.proxy.async.shared::cta;\n" ::: "memory"); }

#endif

#endif
