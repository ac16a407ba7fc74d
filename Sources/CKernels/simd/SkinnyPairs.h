// Products of eight bits by sixteen for classes with registers of 32 bytes: what SkinnyGemm.h asks for.
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
