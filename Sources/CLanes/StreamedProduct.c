#include "StreamedProduct.h"

#if defined(__x86_64__)
#include "Finish.h"

// Rows of a tile at most, and the outputs of a panel: their sums fill sixteen registers, as many as keep both
// multipliers busy.
enum { tall = 8, wide = 32 };

bool lanes_has_products(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bf16")
        && __builtin_cpu_supports("avx512vnni");
}

size_t lanes_stream_panels(size_t outs) { return (outs + wide - 1) / wide; }
size_t lanes_stream_room(size_t rows) { return rows * wide * sizeof(float); }

// One run of one panel.
typedef struct {
    const lanes_stream *product;
    const char *w;                  // the run's first unit
    size_t from, units;             // which of x's units they meet
    bool first, last;               // of the runs
    float *partial;                 // [rows, wide]: sums of the runs before
    size_t column, outs;            // where the panel's outputs begin, and how many there are
    size_t tiles;                   // that all rows make
    const char *next;               // the run after this one: each of several tiles fetches a part of it from memory
} stream_job;

// The longest run of units: 832 of them keep eight rows of x in a first-level cache, and a panel's in the second.
#define DEEP 832
#define BYTES 128
#define READ(w) const __m512i a = _mm512_loadu_si512(w), b = _mm512_loadu_si512((w) + 64)
#define ADD(sum, x, w) _mm512_fmadd_ps((__m512)(x), (__m512)(w), sum)
#define FLOATS(sum) (sum)
#define NAME(what) what##_f32
#include "StreamTile.h"

#define DEEP 832
#define BYTES 128
#define READ(w) const __m512i a = _mm512_loadu_si512(w), b = _mm512_loadu_si512((w) + 64)
#define ADD(sum, x, w) _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)(w))
#define FLOATS(sum) (sum)
#define NAME(what) what##_bf16
#include "StreamTile.h"

// 256 units add 512 products of at most 127 · 32767, which thirty-two bits hold.
#define DEEP 256
#define BYTES 64
#define READ(w)                                                                                                        \
    const __m512i both = _mm512_loadu_si512(w);                                                                        \
    const __m512i a = _mm512_cvtepi8_epi16(_mm512_castsi512_si256(both));                                              \
    const __m512i b = _mm512_cvtepi8_epi16(_mm512_extracti64x4_epi64(both, 1))
#define ADD(sum, x, w) (__m512)_mm512_dpwssd_epi32((__m512i)(sum), x, w)
#define FLOATS(sum) _mm512_cvtepi32_ps((__m512i)(sum))
#define NAME(what) what##_int8
#define SCALED
#include "StreamTile.h"

void lanes_streamed_product(const lanes_stream *product, size_t from, size_t to, size_t after, void *room) {
    switch (product->kind) {
    case LANES_STREAM_F32: whole_f32(product, from, to, after, room); break;
    case LANES_STREAM_BF16: whole_bf16(product, from, to, after, room); break;
    case LANES_STREAM_INT8: whole_int8(product, from, to, after, room); break;
    }
}

WIDE static void pack_4(const uint32_t *w, size_t outs, size_t units, uint32_t *panel) {
    turned_rows(wide, w, units, outs, units, panel);
}

static void pack_2(const uint16_t *w, size_t outs, size_t units, uint16_t *panel) {
    for (size_t k = 0; k < units; k++)
        for (size_t n = 0; n < wide; n++) panel[k * wide + n] = n < outs ? w[n * units + k] : 0;
}

void lanes_stream_pack(const void *w, size_t outs, size_t units, size_t width, size_t from, size_t to, void *panels) {
    for (size_t p = from; p < to; p++) {
        const char *rows = (const char *)w + p * wide * units * width;
        char *panel = (char *)panels + p * wide * units * width;
        const size_t there = least(wide, outs - p * wide);
        if (width == 4) pack_4((const uint32_t *)rows, there, units, (uint32_t *)panel);
        else pack_2((const uint16_t *)rows, there, units, (uint16_t *)panel);
    }
}

#else

// Nowhere else yet: callers ask first.
bool lanes_has_products(void) { return false; }
size_t lanes_stream_panels(size_t outs) { return 0; }
size_t lanes_stream_room(size_t rows) { return 0; }
void lanes_streamed_product(const lanes_stream *product, size_t from, size_t to, size_t after, void *room) {}
void lanes_stream_pack(const void *w, size_t outs, size_t units, size_t width, size_t from, size_t to, void *panels) {}

#endif
