// The class of processors with AVX-512 as x86-64-v4 has it.
#if defined(__x86_64__)
#include "../Tables.h"
#include <immintrin.h>

#include "../simd/System.h"

#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx512bw,avx512cd,avx512dq,avx512vl,bmi,bmi2,cx16,f16c,fma,lzcnt,movbe,popcnt,sahf"))), apply_to = function)
// Two products of sixteen bits each and their sum, for sixteen outputs.
#define SKINNY_PAIRS(both, w)                                                                                          \
    ({                                                                                                                 \
        const __m256i x_ = _mm256_set1_epi32(both);                                                                    \
        const __m128i *w_ = (const __m128i *)(w);                                                                      \
        __m256i pairs_[2];                                                                                             \
        pairs_[0] = _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(w_)), x_);                                  \
        pairs_[1] = _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(w_ + 1)), x_);                              \
        *(const simd_int *)pairs_;                                                                                     \
    })
#include "../simd/SkinnyGemm.h"
#include "../simd/Table.h"
#pragma clang attribute pop

void fill_avx512(kernel_table *table) {
    fill_simd(table);
    table->skinny_gemm = &simd_skinny_gemm;
}

#endif
