// Attention of one query over kept keys and values, by AVX-512.
#if defined(__x86_64__)
#include "../simd/Simd.h"
#include "Tables.h"
#include "Target.h"

// The sum of each of sixteen vectors, as one vector: a tree of halves, the same for each.
TILE __m512 sums(const __m512 *v) {
    __m512 a[8], b[4], c[2];
    UNROLL for (int i = 0; i < 8; i++)   // halves of v[i], then of v[i + 8]
        a[i] = _mm512_add_ps(
            _mm512_shuffle_f32x4(v[i], v[i + 8], 0x44), _mm512_shuffle_f32x4(v[i], v[i + 8], 0xee));
    UNROLL for (int i = 0; i < 4; i++)   // quarters of v[i], v[i + 8], v[i + 4], v[i + 12]
        b[i] = _mm512_add_ps(
            _mm512_shuffle_f32x4(a[i], a[i + 4], 0x88), _mm512_shuffle_f32x4(a[i], a[i + 4], 0xdd));
    UNROLL for (int i = 0; i < 2; i++)   // in each quarter pairs of v[i], of v[i + 2] in transpose
        c[i] = _mm512_add_ps(_mm512_unpacklo_ps(b[i], b[i + 2]), _mm512_unpackhi_ps(b[i], b[i + 2]));
    const __m512 all = _mm512_add_ps(_mm512_unpacklo_ps(c[0], c[1]), _mm512_unpackhi_ps(c[0], c[1]));
    return _mm512_shuffle_f32x4(all, all, 0xd8);
}

#define ELEMENT float
#define STEP 16
#define SOME(some, p) _mm512_maskz_loadu_epi32((__mmask16)(some), p)
#define MULTIPLY_ADD(sum, a, b) _mm512_fmadd_ps((__m512)(a), (__m512)(b), sum)
#define FLOATS(some, p) _mm512_maskz_loadu_ps((__mmask16)(some), p)
#define SCORES scores_f32
#define MIX mix_f32
#define ATTEND avx512bf16_attend_f32
#include "CachedAttentionTile.h"

#define ELEMENT uint16_t
#define STEP 32
#define SOME(some, p) _mm512_maskz_loadu_epi16((__mmask32)(some), p)
#define MULTIPLY_ADD(sum, a, b) _mm512_dpbf16_ps(sum, (__m512bh)(a), (__m512bh)(b))
#define FLOATS(some, p)                                                                                                \
    (__m512) _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16((__mmask16)(some), p)), 16)
#define SCORES scores_bf16
#define MIX mix_bf16
#define ATTEND avx512bf16_attend_bf16
#include "CachedAttentionTile.h"

#endif
