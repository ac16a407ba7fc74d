// What every kernel may use beside CUDA's own words. NVRTC gets this file as a header by name; the tests compile the
// same kernels for the CPU with Tests/EmulatedKernels, whose Emulation.h brings its own twin of the first part.
//
//   DYNAMIC_SHARED(type, name)      the shared memory that the launch asked for, aligned to 16 bytes
//   mma_m16n8k16_bf16(d, a, b)      d += a·b by tensor cores; PTX ISA, mma.m16n8k16 with .bf16
//   ldmatrix_x4, _x2, _x4_trans, _x2_trans(to, row)   8 × 8 matrices of 16 bits from shared memory, lane i gives row i
//   copy_async_16(shared, global, bytes)              16 bytes by cp.async; beyond `bytes` (0...16) zeros are written
//   copy_async_commit(), copy_async_wait<n>()         as cp.async.commit_group and cp.async.wait_group n
//   pack_bf16(low, high)            two floats rounded to bfloat16 in one register
//   fast_exp2(x), fast_log2(x)      the processor's own approximations, relative error about 2^-22
//
// Words of CUDA that the emulation knows: see the top of Emulation.h.

#ifndef KERNELS_DEVICE_H
#define KERNELS_DEVICE_H

#ifndef EMULATED_KERNELS

#define DYNAMIC_SHARED(type, name)                     \
    extern __shared__ __align__(16) char name##_bytes[]; \
    type *const name = reinterpret_cast<type *>(name##_bytes)

__device__ __forceinline__ unsigned shared_address(const void *address) {
    return static_cast<unsigned>(__cvta_generic_to_shared(address));
}

__device__ __forceinline__ void mma_m16n8k16_bf16(float d[4], const unsigned a[4], const unsigned b[2]) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ __forceinline__ void ldmatrix_x4(unsigned to[4], const void *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];\n"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(shared_address(row))
                 : "memory");
}

__device__ __forceinline__ void ldmatrix_x4_trans(unsigned to[4], const void *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];\n"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(shared_address(row))
                 : "memory");
}

__device__ __forceinline__ void ldmatrix_x2(unsigned to[2], const void *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0,%1}, [%2];\n"
                 : "=r"(to[0]), "=r"(to[1])
                 : "r"(shared_address(row))
                 : "memory");
}

__device__ __forceinline__ void ldmatrix_x2_trans(unsigned to[2], const void *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0,%1}, [%2];\n"
                 : "=r"(to[0]), "=r"(to[1])
                 : "r"(shared_address(row))
                 : "memory");
}

__device__ __forceinline__ void copy_async_16(void *shared, const void *global, int bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n" ::"r"(shared_address(shared)),
                 "l"(__cvta_generic_to_global(global)), "r"(bytes)
                 : "memory");
}

__device__ __forceinline__ void copy_async_commit() { asm volatile("cp.async.commit_group;\n" ::: "memory"); }

template <int pending> __device__ __forceinline__ void copy_async_wait() {
    asm volatile("cp.async.wait_group %0;\n" ::"n"(pending) : "memory");
}

__device__ __forceinline__ unsigned pack_bf16(float low, float high) {
    unsigned both;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;\n" : "=r"(both) : "f"(high), "f"(low));
    return both;
}

__device__ __forceinline__ float fast_exp2(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;\n" : "=f"(y) : "f"(x));
    return y;
}

__device__ __forceinline__ float fast_log2(float x) {
    float y;
    asm("lg2.approx.ftz.f32 %0, %1;\n" : "=f"(y) : "f"(x));
    return y;
}

#endif

// From here on the CPU's compiler and the GPU's read the same text.

typedef unsigned short bf16;
typedef long long longint;

#define ALL_LANES 0xffffffffu

__device__ __forceinline__ float infinity() { return __int_as_float(0x7f800000); }

__device__ __forceinline__ float widen(bf16 x) { return __uint_as_float(static_cast<unsigned>(x) << 16); }

/// Rounded to the nearest, ties to even; what is not a number stays so and keeps its sign and upper bits.
__device__ __forceinline__ bf16 narrow(float x) {
    const unsigned bits = __float_as_uint(x);
    const unsigned rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    return static_cast<bf16>((bits & 0x7fffffffu) > 0x7f800000u ? (bits >> 16) | 0x40u : rounded);
}

__device__ __forceinline__ float low_half(unsigned pair) { return __uint_as_float(pair << 16); }
__device__ __forceinline__ float high_half(unsigned pair) { return __uint_as_float(pair & 0xffff0000u); }

/// A number in memory of either type, as a float.
__device__ __forceinline__ float get(const float *x) { return *x; }
__device__ __forceinline__ float get(const bf16 *x) { return widen(*x); }
__device__ __forceinline__ void put(float *to, float x) { *to = x; }
__device__ __forceinline__ void put(bf16 *to, float x) { *to = narrow(x); }

__device__ __forceinline__ bool is_aligned(const void *address, unsigned bytes) {
    return reinterpret_cast<unsigned long long>(address) % bytes == 0;
}

template <typename T> __device__ __forceinline__ T warp_sum(T x) {
#pragma unroll
    for (int offset = 16; offset > 0; offset /= 2) x += __shfl_xor_sync(ALL_LANES, x, offset);
    return x;
}

__device__ __forceinline__ float warp_largest(float x) {
#pragma unroll
    for (int offset = 16; offset > 0; offset /= 2) x = fmaxf(x, __shfl_xor_sync(ALL_LANES, x, offset));
    return x;
}

#endif
