// One query's attention, included by CachedAttention.c for each type that keys and values come in. The includer says which
// (ELEMENT), how many a register takes (STEP), how to read the first few (SOME), how to multiply and add two registers
// (MULTIPLY_ADD), and how to read the first few of sixteen as floats (FLOATS).

// Sixteen scores at a time: query·key for the keys from `key` on; past the end the last one again. Each read of a key
// asks for as much of the values, which come next: memory answers while scores are computed.
TILE __m512 SCORES(
    const ELEMENT *query, const ELEMENT *keys, const ELEMENT *values, size_t key, size_t count, size_t size) {
    __m512 all[16];
    const ELEMENT *rows[16];
    UNROLL for (int j = 0; j < 16; j++) {
        all[j] = _mm512_setzero_ps();
        rows[j] = keys + least(key + j, count - 1) * size;
    }
    for (size_t i = 0; i < size; i += STEP) {
        const unsigned some = size - i < STEP ? (1u << (size - i)) - 1 : ~0u;
        const __m512i part = SOME(some, query + i);
        UNROLL for (int j = 0; j < 16; j++) {
            all[j] = MULTIPLY_ADD(all[j], part, SOME(some, rows[j] + i));
            _mm_prefetch((const char *)(values + key * size + 16 * i + j * STEP), _MM_HINT_T1);
        }
    }
    return sums(all);
}

// out = Σ shares[key]·values[key] · inverse for G·16 of a head's numbers, the last sixteen of them not all there. Each
// read of a value asks for as much of the next keys.
TILE void MIX(
    const int G, const ELEMENT *values, const float *shares, size_t count, size_t size, unsigned last, float inverse,
    float *out, const ELEMENT *next) {
    __m512 all[8];
    UNROLL for (int g = 0; g < G; g++) all[g] = _mm512_setzero_ps();
    for (size_t key = 0; key < count; key++, values += size) {
        const __m512 share = _mm512_set1_ps(shares[key]);
        for (int i = 0; i < 16 * G; i += STEP) _mm_prefetch((const char *)(next + key * size + i), _MM_HINT_T1);
        UNROLL for (int g = 0; g < G; g++)
            all[g] = _mm512_fmadd_ps(share, FLOATS(g == G - 1 ? last : 0xffff, values + 16 * g), all[g]);
    }
    UNROLL for (int g = 0; g < G; g++)
        _mm512_mask_storeu_ps(
            out + 16 * g, g == G - 1 ? last : 0xffff, _mm512_mul_ps(all[g], _mm512_set1_ps(inverse)));
}

AVX512BF16 void ATTEND(
    const ELEMENT *query, const ELEMENT *keys, const ELEMENT *values, size_t count, size_t size, float scale,
    const ELEMENT *next, float *scores, float *out) {
    for (size_t key = 0; key < count; key += 16)
        _mm512_storeu_ps(scores + key, _mm512_mul_ps(SCORES(query, keys, values, key, count, size), _mm512_set1_ps(scale)));
    const float inverse = EXPONENTIATED(scores, count);
    for (size_t i = 0; i < size; i += 128) {
        const size_t left = least(size - i, 128), groups = (left + 15) / 16;
        const unsigned last = (1u << (left - 16 * (groups - 1))) - 1;
#define GROUPS(G)                                                                                                      \
    case G: MIX(G, values + i, scores, count, size, last, inverse, out + i, next + i); break
        switch (groups) {
            GROUPS(1);
            GROUPS(2);
            GROUPS(3);
            GROUPS(4);
            GROUPS(5);
            GROUPS(6);
            GROUPS(7);
            GROUPS(8);
        }
#undef GROUPS
    }
}

#undef ELEMENT
#undef STEP
#undef SOME
#undef MULTIPLY_ADD
#undef FLOATS
#undef SCORES
#undef MIX
#undef ATTEND
