// Products of few rows by AVX-512 and its products of bfloat16 and of whole numbers.
#if defined(__x86_64__)
#include "Epilogue.h"
#include "Tables.h"

// Rows of a tile at most, and the outputs of a panel: their sums fill sixteen registers, as many as keep both
// multipliers busy.
enum { MR = 8, NR = 32 };

static size_t panels_of(size_t outs) { return (outs + NR - 1) / NR; }

static size_t room_of(size_t rows, size_t units, kernel_type type) {
    (void)units, (void)type;
    return rows * NR * sizeof(float);
}

// One run of one panel.
typedef struct {
    const skinny_gemm *product;
    const char *w;                  // the run's first unit
    size_t from, units;             // which of x's units they meet
    bool first, last;               // of the runs
    float *partial;                 // [rows, NR]: sums of the runs before
    size_t column, outs;            // where the panel's outputs begin, and how many there are
    size_t tiles;                   // that all rows make
    const char *next;               // the run after this one: each of several tiles fetches a part of it from memory
} skinny_job;

// The longest run of units: 832 of them keep eight rows of x in a first-level cache, and a panel's in the second.
#define KC 832
#define BYTES 128
#define READ(w) const __m512i a = _mm512_loadu_si512(w), b = _mm512_loadu_si512((w) + 64)
#define MULTIPLY_ADD(sum, x, w) _mm512_fmadd_ps((__m512)(x), (__m512)(w), sum)
#define FLOATS(sum) (sum)
#define NAME(what) what##_f32
#include "SkinnyGemmTile.h"

#define KC 832
#define BYTES 128
#define READ(w) const __m512i a = _mm512_loadu_si512(w), b = _mm512_loadu_si512((w) + 64)
#define MULTIPLY_ADD(sum, x, w) _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)(w))
#define FLOATS(sum) (sum)
#define NAME(what) what##_bf16
#include "SkinnyGemmTile.h"

// 256 units add 512 products of at most 127 · 32767, which thirty-two bits hold.
#define KC 256
#define BYTES 64
#define READ(w)                                                                                                        \
    const __m512i both = _mm512_loadu_si512(w);                                                                        \
    const __m512i a = _mm512_cvtepi8_epi16(_mm512_castsi512_si256(both));                                              \
    const __m512i b = _mm512_cvtepi8_epi16(_mm512_extracti64x4_epi64(both, 1))
#define MULTIPLY_ADD(sum, x, w) (__m512)_mm512_dpwssd_epi32((__m512i)(sum), x, w)
#define FLOATS(sum) _mm512_cvtepi32_ps((__m512i)(sum))
#define NAME(what) what##_int8
#define SCALED
#include "SkinnyGemmTile.h"

static void run(const skinny_gemm *product, size_t from, size_t to, size_t after, void *room) {
    switch (product->type) {
    case KERNEL_F32: whole_f32(product, from, to, after, room); break;
    case KERNEL_BF16: whole_bf16(product, from, to, after, room); break;
    case KERNEL_INT8: whole_int8(product, from, to, after, room); break;
    }
}

AVX512BF16 static void pack_4(const uint32_t *w, size_t outs, size_t units, uint32_t *panel) {
    transposed_rows(NR, w, units, outs, units, panel);
}

static void pack_2(const uint16_t *w, size_t outs, size_t units, uint16_t *panel) {
    for (size_t k = 0; k < units; k++)
        for (size_t n = 0; n < NR; n++) panel[k * NR + n] = n < outs ? w[n * units + k] : 0;
}

static void pack(const void *w, size_t outs, size_t units, size_t width, size_t from, size_t to, void *panels) {
    for (size_t p = from; p < to; p++) {
        const char *rows = (const char *)w + p * NR * units * width;
        char *panel = (char *)panels + p * NR * units * width;
        const size_t there = least(NR, outs - p * NR);
        if (width == 4) pack_4((const uint32_t *)rows, there, units, (uint32_t *)panel);
        else pack_2((const uint16_t *)rows, there, units, (uint16_t *)panel);
    }
}

// One panel is read at a time; how few a call should have is as AVX2's kernels want it, not measured here.
const skinny_gemm_kernels avx512bf16_skinny_gemm = {
    .columns = NR, .fewest_of_one_row = 3, .fewest = 4, .pack = pack, .room = room_of, .run = run};

#endif
