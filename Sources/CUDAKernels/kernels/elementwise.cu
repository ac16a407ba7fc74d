// Sums, conversions and activations, number by number. Bound by memory: each number is read once and written once, 16
// bytes at a time where addresses allow it. Any grid of one dimension; `out` may be one of the inputs.

#include "device.h"

/// `width` numbers that lie beside each other, as floats: 4 or 8.
template <int width> struct Piece { float at[width]; };

template <int width> __device__ __forceinline__ void load(Piece<width> &piece, const float *from) {
#pragma unroll
    for (int i = 0; i < width; i += 4) {
        const float4 four = *reinterpret_cast<const float4 *>(from + i);
        piece.at[i] = four.x, piece.at[i + 1] = four.y, piece.at[i + 2] = four.z, piece.at[i + 3] = four.w;
    }
}

__device__ __forceinline__ void load(Piece<8> &piece, const bf16 *from) {
    const uint4 pairs = *reinterpret_cast<const uint4 *>(from);
    piece.at[0] = low_half(pairs.x), piece.at[1] = high_half(pairs.x);
    piece.at[2] = low_half(pairs.y), piece.at[3] = high_half(pairs.y);
    piece.at[4] = low_half(pairs.z), piece.at[5] = high_half(pairs.z);
    piece.at[6] = low_half(pairs.w), piece.at[7] = high_half(pairs.w);
}

template <int width> __device__ __forceinline__ void store(float *to, const Piece<width> &piece) {
#pragma unroll
    for (int i = 0; i < width; i += 4) {
        *reinterpret_cast<float4 *>(to + i) =
            make_float4(piece.at[i], piece.at[i + 1], piece.at[i + 2], piece.at[i + 3]);
    }
}

__device__ __forceinline__ unsigned narrow_pair(float low, float high) {
    return static_cast<unsigned>(narrow(low)) | static_cast<unsigned>(narrow(high)) << 16;
}

__device__ __forceinline__ void store(bf16 *to, const Piece<8> &piece) {
    *reinterpret_cast<uint4 *>(to) = make_uint4(
        narrow_pair(piece.at[0], piece.at[1]), narrow_pair(piece.at[2], piece.at[3]),
        narrow_pair(piece.at[4], piece.at[5]), narrow_pair(piece.at[6], piece.at[7]));
}

__device__ __forceinline__ longint first_place() { return static_cast<longint>(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ __forceinline__ longint grid_step() { return static_cast<longint>(gridDim.x) * blockDim.x; }

/// out[i] = function(x[i])
template <int width, typename In, typename Out, typename Function>
__device__ __forceinline__ void map(const In *x, Out *out, longint count, Function function) {
    longint done = 0;
    if (is_aligned(x, 16) && is_aligned(out, 16)) {
        for (longint piece = first_place(); piece < count / width; piece += grid_step()) {
            Piece<width> numbers;
            load(numbers, x + piece * width);
#pragma unroll
            for (int i = 0; i < width; ++i) numbers.at[i] = function(numbers.at[i]);
            store(out + piece * width, numbers);
        }
        done = count / width * width;
    }
    for (longint i = done + first_place(); i < count; i += grid_step()) put(out + i, function(get(x + i)));
}

/// out[i] = function(a[i], b[i])
template <int width, typename A, typename B, typename Out, typename Function>
__device__ __forceinline__ void map(const A *a, const B *b, Out *out, longint count, Function function) {
    longint done = 0;
    if (is_aligned(a, 16) && is_aligned(b, 16) && is_aligned(out, 16)) {
        for (longint piece = first_place(); piece < count / width; piece += grid_step()) {
            Piece<width> left, right;
            load(left, a + piece * width);
            load(right, b + piece * width);
#pragma unroll
            for (int i = 0; i < width; ++i) left.at[i] = function(left.at[i], right.at[i]);
            store(out + piece * width, left);
        }
        done = count / width * width;
    }
    for (longint i = done + first_place(); i < count; i += grid_step()) {
        put(out + i, function(get(a + i), get(b + i)));
    }
}

struct Plus {
    __device__ __forceinline__ float operator()(float a, float b) const { return a + b; }
};

struct Times {
    float factor;
    __device__ __forceinline__ float operator()(float x) const { return x * factor; }
};

struct Same {
    __device__ __forceinline__ float operator()(float x) const { return x; }
};

/// Ho and Salimans 2022, "Classifier-free diffusion guidance", for logits.
struct Guided {
    float weight;
    __device__ __forceinline__ float operator()(float with, float without) const {
        return without + (with - without) * weight;
    }
};

/// x·Φ(x)
struct Gelu {
    __device__ __forceinline__ float operator()(float x) const {
        return 0.5f * x * (1.0f + erff(x * 0.707106781186547524f));
    }
};

/// g·(Φ(x) + x·φ(x))
struct GeluGradient {
    __device__ __forceinline__ float operator()(float x, float g) const {
        const float share = 0.5f * (1.0f + erff(x * 0.707106781186547524f));
        return g * (share + x * 0.398942280401432678f * expf(-0.5f * x * x));
    }
};

/// The normal distribution function where bfloat16 is what comes out: Φ(−a) = 2^q(a) with a polynomial q fitted to
/// a = |x| < 6, with a relative error below 5·10⁻⁵, a fortieth of bfloat16's rounding. Further out Φ(−a) stays 10⁻⁹.
__device__ __forceinline__ float rounded_normal(float x) {
    const float a = fminf(fabsf(x), 6.0f);
    float q = fmaf(2.29900852e-05f, a, -0.000611098192f);
    q = fmaf(q, a, 0.00719553418f);
    q = fmaf(q, a, -0.0511851609f);
    q = fmaf(q, a, -0.461272359f);
    q = fmaf(q, a, -1.1501739f);
    const float tail = fast_exp2(fmaf(q, a, -1.00006485f));
    return x < 0.0f ? tail : 1.0f - tail;
}

struct RoundedGelu {
    __device__ __forceinline__ float operator()(float x) const { return x * rounded_normal(x); }
};

struct RoundedGeluGradient {
    __device__ __forceinline__ float operator()(float x, float g) const {
        const float density = 0.398942280401432678f * fast_exp2(-0.721347520444482f * x * x);
        return g * (rounded_normal(x) + x * density);
    }
};

struct Silu {
    __device__ __forceinline__ float operator()(float x) const { return x / (1.0f + expf(-x)); }
};

struct QuickGelu {
    __device__ __forceinline__ float operator()(float x) const { return x / (1.0f + expf(-1.702f * x)); }
};

/// out[i] = a[i] + b[i % period]
extern "C" __global__ void __launch_bounds__(256)
add_f32(const float *a, const float *b, float *out, longint count, longint period) {
    if (period >= count) return map<4>(a, b, out, count, Plus());
    const bool wide = period % 4 == 0 && is_aligned(a, 16) && is_aligned(b, 16) && is_aligned(out, 16);
    const int width = wide ? 4 : 1;
    const longint pieces = count / width, turn = period / width, step = grid_step() % turn;
    longint place = first_place() % turn;
    for (longint piece = first_place(); piece < pieces; piece += grid_step()) {
        if (wide) {
            Piece<4> left, right;
            load(left, a + piece * 4);
            load(right, b + place * 4);
#pragma unroll
            for (int i = 0; i < 4; ++i) left.at[i] += right.at[i];
            store(out + piece * 4, left);
        } else {
            out[piece] = a[piece] + b[place];
        }
        place += step;
        if (place >= turn) place -= turn;
    }
    const longint rest = pieces * width + first_place();
    if (rest < count) out[rest] = a[rest] + b[rest % period];
}

extern "C" __global__ void __launch_bounds__(256)
add_bf16_f32(const float *a, const bf16 *b, float *out, longint count) {
    map<8>(a, b, out, count, Plus());
}

extern "C" __global__ void __launch_bounds__(256) add_bf16(const bf16 *a, const bf16 *b, bf16 *out, longint count) {
    map<8>(a, b, out, count, Plus());
}

extern "C" __global__ void __launch_bounds__(256) scale_f32(const float *a, float *out, longint count, float factor) {
    map<4>(a, out, count, Times{factor});
}

extern "C" __global__ void __launch_bounds__(256) fill_f32(float *out, longint count, float value) {
    longint done = 0;
    if (is_aligned(out, 16)) {
        const float4 four = make_float4(value, value, value, value);
        for (longint piece = first_place(); piece < count / 4; piece += grid_step()) {
            reinterpret_cast<float4 *>(out)[piece] = four;
        }
        done = count / 4 * 4;
    }
    for (longint i = done + first_place(); i < count; i += grid_step()) out[i] = value;
}

/// without + (with − without)·weight
extern "C" __global__ void __launch_bounds__(256)
guide_f32(const float *with, const float *without, float *out, longint count, float weight) {
    map<4>(with, without, out, count, Guided{weight});
}

extern "C" __global__ void __launch_bounds__(256) to_bf16(const float *x, bf16 *out, longint count) {
    map<8>(x, out, count, Same());
}

extern "C" __global__ void __launch_bounds__(256) to_f32(const bf16 *x, float *out, longint count) {
    map<8>(x, out, count, Same());
}

extern "C" __global__ void __launch_bounds__(256) gelu_f32(const float *x, float *out, longint count) {
    map<4>(x, out, count, Gelu());
}

extern "C" __global__ void __launch_bounds__(256) gelu_bf16(const bf16 *x, bf16 *out, longint count) {
    map<8>(x, out, count, RoundedGelu());
}

extern "C" __global__ void __launch_bounds__(256)
gelu_gradient_f32(const float *x, const float *g, float *out, longint count) {
    map<4>(x, g, out, count, GeluGradient());
}

extern "C" __global__ void __launch_bounds__(256)
gelu_gradient_bf16(const bf16 *x, const bf16 *g, bf16 *out, longint count) {
    map<8>(x, g, out, count, RoundedGeluGradient());
}

extern "C" __global__ void __launch_bounds__(256) silu_f32(const float *x, float *out, longint count) {
    map<4>(x, out, count, Silu());
}

extern "C" __global__ void __launch_bounds__(256) silu_bf16(const bf16 *x, bf16 *out, longint count) {
    map<8>(x, out, count, Silu());
}

extern "C" __global__ void __launch_bounds__(256) quick_gelu_f32(const float *x, float *out, longint count) {
    map<4>(x, out, count, QuickGelu());
}

extern "C" __global__ void __launch_bounds__(256) quick_gelu_bf16(const bf16 *x, bf16 *out, longint count) {
    map<8>(x, out, count, QuickGelu());
}

/// Rows of `units` units; row r is read at ids[r] · fromStep (r · fromStep without ids) and written at r · toStep, both
/// in units.
template <typename Unit>
__device__ __forceinline__ void move_rows(
    const char *from, const int *ids, char *to, longint rows, longint units, longint fromStep, longint toStep) {
    const Unit *source = reinterpret_cast<const Unit *>(from);
    Unit *target = reinterpret_cast<Unit *>(to);
    const longint all = rows * units;
    const bool isSmall = all <= 0xffffffffll;   // then the division is the quick one of 32 bits
    for (longint i = first_place(); i < all; i += grid_step()) {
        const longint row = isSmall ? static_cast<unsigned>(i) / static_cast<unsigned>(units) : i / units;
        const longint place = i - row * units;
        const longint chosen = ids == nullptr ? row : ids[row];
        target[row * toStep + place] = source[chosen * fromStep + place];
    }
}

__device__ __forceinline__ void move_rows_by_alignment(
    const char *from, const int *ids, char *to, longint rows, longint bytes, longint fromStep, longint toStep) {
    const unsigned long long bits = reinterpret_cast<unsigned long long>(from)
        | reinterpret_cast<unsigned long long>(to) | static_cast<unsigned long long>(bytes | fromStep | toStep);
    if (bytes <= 0) return;
    if (bits % 16 == 0) return move_rows<uint4>(from, ids, to, rows, bytes / 16, fromStep / 16, toStep / 16);
    if (bits % 4 == 0) return move_rows<unsigned>(from, ids, to, rows, bytes / 4, fromStep / 4, toStep / 4);
    move_rows<unsigned short>(from, ids, to, rows, bytes / 2, fromStep / 2, toStep / 2);
}

/// Rows of `bytes` bytes, which begin `fromStep` and `toStep` bytes after each other; all of them even numbers.
extern "C" __global__ void __launch_bounds__(256)
copy_rows(const char *from, char *to, longint rows, longint bytes, longint fromStep, longint toStep) {
    move_rows_by_alignment(from, nullptr, to, rows, bytes, fromStep, toStep);
}

/// out[row] = table[ids[row]], rows of `bytes` bytes, an even number.
extern "C" __global__ void __launch_bounds__(256)
gather_rows(const char *table, const int *ids, char *out, longint rows, longint bytes) {
    move_rows_by_alignment(table, ids, out, rows, bytes, bytes, bytes);
}
