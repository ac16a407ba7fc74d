// The tiles of a panel product, included by Gemm.c for each type of number. The includer says how a register of x is
// multiplied with one of w and added (MULTIPLY_ADD).

// R rows of x, `step` units apart, with a panel; R is known where this is inlined.
TILE void NAME(rows)(const int R, const int32_t *x, size_t step, size_t units, const uint32_t *panel, tile_job *job) {
    __m512 sums[MR][4];
    UNROLL for (int r = 0; r < R; r++)
        UNROLL for (int n = 0; n < 4; n++) sums[r][n] = _mm512_setzero_ps();
    for (size_t k = 0; k < units; k += 16) {
        // A line of each of the next tile's rows.
        UNROLL for (int r = 0; r < R; r++) _mm_prefetch((const char *)(x + (R + r) * step + k), _MM_HINT_T0);
        fetch(&job->next);
        for (size_t i = k; i < least(k + 16, units); i++) {
            __m512i w[4];
            UNROLL for (int n = 0; n < 4; n++) {
                w[n] = _mm512_loadu_si512(panel + i * NR + 16 * n);
                _mm_prefetch((const char *)(panel + (i + 8) * NR + 16 * n), _MM_HINT_T0);
            }
            UNROLL for (int r = 0; r < R; r++) {
                const __m512i unit = _mm512_set1_epi32(x[r * step + i]);
                UNROLL for (int n = 0; n < 4; n++) sums[r][n] = MULTIPLY_ADD(sums[r][n], unit, w[n]);
            }
        }
    }
    float *to = job->partial, ready[MR * NR] __attribute__((aligned(64)));
    if (job->last) to = ready;
    UNROLL for (int r = 0; r < R; r++)
        UNROLL for (int n = 0; n < 4; n++) {
            const size_t at = r * NR + 16 * n;
            // Each run is summed by itself, so that long sums lose less.
            if (!job->first) sums[r][n] = _mm512_add_ps(_mm512_loadu_ps(job->partial + at), sums[r][n]);
            _mm512_storeu_ps(to + at, sums[r][n]);
        }
    if (job->last) {
        const gemm *p = job->product;
        write_out(&p->end, p->outs, job->row, job->column, job->outs, R, ready, NR);
    }
}

#define ROWS(R)                                                                                                        \
    case R: NAME(rows)(R, x, step, units, panel, job); break
AVX512BF16 static void NAME(tile)(
    size_t count, const int32_t *x, size_t step, size_t units, const uint32_t *panel, tile_job *job) {
    switch (count) {
        ROWS(1);
        ROWS(2);
        ROWS(3);
        ROWS(4);
        ROWS(5);
        ROWS(6);
    }
}

#undef ROWS
#undef MULTIPLY_ADD
#undef NAME
