// CUDA's words for the CPU. A file of this folder that emulates kernels reads:
//
//   #define HEAD_SIZE 64                      // only where the kernels depend on it; one file for each size
//   #include "Emulation.h"
//   namespace {
//   #include "../../Sources/CUDAKernels/kernels/attention.cu"
//   EMULATE(KERNEL(attention_f32), KERNEL(attention_bf16))
//   }
//
// Known are: threadIdx, blockIdx, blockDim, gridDim (x, y, z; blocks are one-dimensional), __shared__ of fixed size,
// DYNAMIC_SHARED, __syncthreads, __syncthreads_or, __syncwarp, __shfl_sync, __shfl_xor_sync, __shfl_down_sync,
// __shfl_up_sync (any plain type up to 16 bytes; all lanes of the warp must take part), __ballot_sync, __any_sync,
// __all_sync, the wrappers of device.h, atomicAdd, atomicMax, atomicMin, atomicOr, atomicExch, atomicCAS, __ldg, __ldcs,
// __stcs, __ldcg, bit casts, vector types with make_, min, max and the mathematics of <math.h>.
//
// Shared memory is filled with ones (not-a-number) before each block; asynchronous copies arrive only when they are
// waited for: what a kernel forgets shows. Ask also in the other order of threads (emulated_set_order).

#ifndef EMULATION_H
#define EMULATION_H
#define EMULATED_KERNELS 1

#include <math.h>
#include <stddef.h>
#include <string.h>

#include <algorithm>

#include "include/EmulatedKernels.h"

#ifndef HEAD_SIZE
#define EMULATED_HEAD_SIZE 0
#else
#define EMULATED_HEAD_SIZE HEAD_SIZE
#endif

#pragma clang diagnostic ignored "-Wunused-function"
#pragma clang diagnostic ignored "-Wunknown-pragmas"
#pragma clang diagnostic ignored "-Wpass-failed"

#define __global__ __attribute__((internal_linkage))
#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__
#define __launch_bounds__(...)
#define __align__(bytes) alignas(bytes)
#define __constant__ static const
#define __shared__ static __attribute__((section("emulated_shared"), used, aligned(16)))
#define DYNAMIC_SHARED(type, name) type *const name = reinterpret_cast<type *>(emulated::dynamicShared)

namespace emulated {

struct Place { unsigned x, y, z; };

struct Thread {
    Place place;
    unsigned number;   // in the block
    void *stack;       // where it goes on
    // Copies asked for by copy_async_16 that have not been waited for.
    struct Copy { void *to; const void *from; int bytes; };
    static const int copyCapacity = 512;
    Copy copies[copyCapacity];
    int copyCount, groupCount;
    int groupEnds[copyCapacity];
    // Products of a warp group that have not been waited for; `mark` is made of the operands' numbers.
    struct Product { float *sums; unsigned long long a, b, mark; bool added; };
    static const int productCapacity = 64;
    Product products[productCapacity];
    int productCount, productGroupCount;
    int productGroupEnds[productCapacity];
};

extern Thread *current;
extern Place block, blockSize, gridSize;
extern char *dynamicShared;

/// Waits for the block's other threads; the or of what they give.
int barrier(int vote);

/// Lets others go on first; false where nobody can.
bool pause();

/// All lanes of the warp meet: each gives `count` bytes; `whole` is called once when all are there, with the gifts of
/// all lanes (each `slotSize` bytes apart), and what it leaves there each lane finds in its own slot, which is returned
/// as the address of the first lane's. It may be read until the next meeting.
const int slotSize = 64;
typedef void (*Whole)(char *slots, int lanes);
char *meet(const void *gift, size_t count, Whole whole);

/// A mistake that a GPU would trap on or punish with wrong numbers.
void fault(const char *sentence);

void multiply(char *slots, int lanes);
template <int matrices, bool turned> void loadMatrices(unsigned *to, const void *row);

inline int lane() { return int(current->number % 32); }

template <typename T> T shuffled(T value, int from) {
    static_assert(sizeof(T) <= 16, "a value of a shuffle has at most 16 bytes");
    char *slots = meet(&value, sizeof value, nullptr);
    T other;
    memcpy(&other, slots + from * slotSize, sizeof other);
    return other;
}

unsigned ballot(bool vote);

typedef void (*Call)(void **arguments);
template <auto function> struct Launcher;
template <typename... Arguments, void (*function)(Arguments...)> struct Launcher<function> {
    template <size_t... places> static void with(void **arguments, std::index_sequence<places...>) {
        function(*static_cast<std::remove_const_t<Arguments> *>(arguments[places])...);
    }
    static void call(void **arguments) { with(arguments, std::index_sequence_for<Arguments...>()); }
};

struct Kernel { const char *name; Call call; };

/// Makes kernels known by being constructed.
struct Registration {
    const Kernel *kernels;
    int count, headSize;
    Registration *next;
    Registration(const Kernel *kernels, int count, int headSize);
};

}  // namespace emulated

#define KERNEL(function) emulated::Kernel { #function, &emulated::Launcher<&function>::call }
#define EMULATE(...)                                                                                              \
    static const emulated::Kernel emulatedKernels[] = {__VA_ARGS__};                                                \
    static emulated::Registration emulatedRegistration(                                                             \
        emulatedKernels, sizeof emulatedKernels / sizeof emulatedKernels[0], EMULATED_HEAD_SIZE);

#define threadIdx (emulated::current->place)
#define blockIdx (emulated::block)
#define blockDim (emulated::blockSize)
#define gridDim (emulated::gridSize)
static const int warpSize = 32;

inline void __syncthreads() { emulated::barrier(0); }
inline int __syncthreads_or(int vote) { return emulated::barrier(vote != 0); }
inline void __syncwarp(unsigned = 0xffffffffu) { emulated::meet(nullptr, 0, nullptr); }
inline void __threadfence() {}
inline void __threadfence_block() {}

template <typename T> T __shfl_sync(unsigned, T value, int from, int width = 32) {
    return emulated::shuffled(value, emulated::lane() / width * width + (from & (width - 1)));
}
template <typename T> T __shfl_xor_sync(unsigned, T value, int mask, int width = 32) {
    const int lane = emulated::lane(), from = lane ^ mask;
    return emulated::shuffled(value, from / width > lane / width ? lane : from);
}
template <typename T> T __shfl_down_sync(unsigned, T value, unsigned by, int width = 32) {
    const int lane = emulated::lane();
    return emulated::shuffled(value, lane % width + int(by) < width ? lane + int(by) : lane);
}
template <typename T> T __shfl_up_sync(unsigned, T value, unsigned by, int width = 32) {
    const int lane = emulated::lane();
    return emulated::shuffled(value, lane % width >= int(by) ? lane - int(by) : lane);
}
inline unsigned __ballot_sync(unsigned, int vote) { return emulated::ballot(vote != 0); }
inline int __any_sync(unsigned, int vote) { return emulated::ballot(vote != 0) != 0; }
inline int __all_sync(unsigned, int vote) { return emulated::ballot(vote == 0) == 0; }

inline void mma_m16n8k16_bf16(float d[4], const unsigned a[4], const unsigned b[2]) {
    char gift[40];
    memcpy(gift, d, 16);
    memcpy(gift + 16, a, 16);
    memcpy(gift + 32, b, 8);
    memcpy(d, emulated::meet(gift, 40, emulated::multiply) + emulated::lane() * emulated::slotSize, 16);
}
inline void ldmatrix_x4(unsigned to[4], const void *row) { emulated::loadMatrices<4, false>(to, row); }
inline void ldmatrix_x2(unsigned to[2], const void *row) { emulated::loadMatrices<2, false>(to, row); }
inline void ldmatrix_x4_trans(unsigned to[4], const void *row) { emulated::loadMatrices<4, true>(to, row); }
inline void ldmatrix_x2_trans(unsigned to[2], const void *row) { emulated::loadMatrices<2, true>(to, row); }
void copy_async_16(void *shared, const void *global, int bytes);
void copy_async_commit();
namespace emulated {
void waitForCopies(int pending);
void waitForProducts(int pending);
}
template <int pending> void copy_async_wait() { emulated::waitForCopies(pending); }

#define DYNAMIC_SHARED_TILES DYNAMIC_SHARED
typedef unsigned long long WgmmaOperand;
WgmmaOperand wgmma_operand(const char *tile, int k, int eight = 1024);
void wgmma_m64n128k16_bf16(float d[64], WgmmaOperand a, WgmmaOperand b, bool added);
inline void wgmma_fence() {}
void wgmma_commit();
typedef unsigned long long CopyBarrier;
void copy_barrier_make(CopyBarrier *barrier, unsigned count);
void copy_barrier_arrive(CopyBarrier *barrier, bool does);
void copy_async_arrive(CopyBarrier *barrier);
void group_barrier(int number);
template <int count> void registers_give() {}
template <int count> void registers_take() {}
void copy_bulk(void *shared, const void *global, unsigned bytes, CopyBarrier *barrier);
void copy_barrier_wait(CopyBarrier *barrier, unsigned phase);
template <int pending> void wgmma_wait() { emulated::waitForProducts(pending); }
template <int count> void wgmma_hold(float (&)[count]) {}
inline void show_shared_writes() {}

template <typename T> T __ldg(const T *from) { return *from; }
template <typename T> T __ldcs(const T *from) { return *from; }
template <typename T> T __ldcg(const T *from) { return *from; }
template <typename T> void __stcs(T *to, T value) { *to = value; }
template <typename T> void __stcg(T *to, T value) { *to = value; }

// Only one thread runs at a time.
template <typename T, typename U> T atomicAdd(T *to, U value) { T old = *to; *to = old + T(value); return old; }
template <typename T, typename U> T atomicMax(T *to, U value) {
    T old = *to;
    *to = std::max(old, T(value));
    return old;
}
template <typename T, typename U> T atomicMin(T *to, U value) {
    T old = *to;
    *to = std::min(old, T(value));
    return old;
}
template <typename T, typename U> T atomicOr(T *to, U value) { T old = *to; *to = old | T(value); return old; }
template <typename T, typename U> T atomicExch(T *to, U value) { T old = *to; *to = T(value); return old; }
template <typename T, typename U> T atomicCAS(T *to, U expected, U value) {
    T old = *to;
    if (old == T(expected)) *to = T(value);
    return old;
}

template <typename To, typename From> To emulatedBits(From from) {
    static_assert(sizeof(To) == sizeof(From), "bit casts keep the size");
    To to;
    memcpy(&to, &from, sizeof to);
    return to;
}
inline unsigned __float_as_uint(float x) { return emulatedBits<unsigned>(x); }
inline int __float_as_int(float x) { return emulatedBits<int>(x); }
inline float __uint_as_float(unsigned x) { return emulatedBits<float>(x); }
inline float __int_as_float(int x) { return emulatedBits<float>(x); }
inline long long __double_as_longlong(double x) { return emulatedBits<long long>(x); }
inline double __longlong_as_double(long long x) { return emulatedBits<double>(x); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(unsigned(x)); }

#define EMULATED_VECTOR(type, name, bytes2, bytes4)                                                                  \
    struct alignas(bytes2) name##2 { type x, y; };                                                                    \
    struct name##3 { type x, y, z; };                                                                                 \
    struct alignas(bytes4) name##4 { type x, y, z, w; };                                                              \
    inline name##2 make_##name##2(type x, type y) { return {x, y}; }                                                  \
    inline name##3 make_##name##3(type x, type y, type z) { return {x, y, z}; }                                       \
    inline name##4 make_##name##4(type x, type y, type z, type w) { return {x, y, z, w}; }
EMULATED_VECTOR(float, float, 8, 16)
EMULATED_VECTOR(int, int, 8, 16)
EMULATED_VECTOR(unsigned, uint, 8, 16)
EMULATED_VECTOR(unsigned short, ushort, 4, 8)
EMULATED_VECTOR(double, double, 16, 16)
typedef emulated::Place dim3;

inline int min(int a, int b) { return a < b ? a : b; }
inline int max(int a, int b) { return a > b ? a : b; }
inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }
inline long long min(long long a, long long b) { return a < b ? a : b; }
inline long long max(long long a, long long b) { return a > b ? a : b; }
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }

inline unsigned pack_bf16(float low, float high) {
    unsigned both = 0;
    const float halves[] = {low, high};
    for (int i = 0; i < 2; ++i) {
        const unsigned bits = __float_as_uint(halves[i]);
        const unsigned rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
        both |= ((bits & 0x7fffffffu) > 0x7f800000u ? 0x7fffu : rounded & 0xffffu) << (16 * i);
    }
    return both;
}
inline float fast_exp2(float x) { return exp2f(x); }
inline float fast_log2(float x) { return log2f(x); }
inline float rsqrtf(float x) { return 1 / sqrtf(x); }
inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float __fdividef(float x, float y) { return x / y; }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __frcp_rn(float x) { return 1 / x; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline double __dmul_rn(double x, double y) { return x * y; }
inline double __dadd_rn(double x, double y) { return x + y; }
inline float __saturatef(float x) { return fminf(fmaxf(x, 0), 1); }

#endif
