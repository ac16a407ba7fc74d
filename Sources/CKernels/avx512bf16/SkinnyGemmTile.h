// The tiles of a streamed product, included by SkinnyGemm.c once for each kind of number. The includer says how many
// units a run has at most (KC), how many bytes thirty-two outputs' units take (BYTES), how to read them as two registers
// a and b (READ), how to multiply and add (MULTIPLY_ADD), what a sum is in float (FLOATS), and whether rows have scales (SCALED).

// R rows of x from `row` on, the tile's number being `tile`. R is known where this is inlined, so all sums stay in
// registers.
TILE void NAME(rows)(const int R, size_t row, size_t tile, const skinny_job *job) {
    const skinny_gemm *p = job->product;
    const int32_t *x = (const int32_t *)p->x + row * p->units + job->from;
    const size_t step = p->units, pace = BYTES / job->tiles;
    const char *w = job->w, *next = job->next + tile * job->units * pace;
    __m512 sums[MR][2];
    UNROLL for (int r = 0; r < R; r++) sums[r][0] = sums[r][1] = _mm512_setzero_ps();
    for (size_t k = 0; k < job->units; k++, w += BYTES, next += pace) {
        READ(w);
        UNROLL for (int at = 0; at < BYTES; at += 64) _mm_prefetch(w + 2048 + at, _MM_HINT_T0);
        if (job->tiles > 1) _mm_prefetch(next, _MM_HINT_T1);
        UNROLL for (int r = 0; r < R; r++) {
            const __m512i both = _mm512_set1_epi32(x[r * step + k]);
            sums[r][0] = MULTIPLY_ADD(sums[r][0], both, a);
            sums[r][1] = MULTIPLY_ADD(sums[r][1], both, b);
        }
    }
    float *partial = job->partial + row * NR, ready[MR * NR] __attribute__((aligned(64)));
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int i = 0; i < 2; i++) {
            float *before = partial + r * NR + 16 * i;
            __m512 sum = FLOATS(sums[r][i]);
            if (!job->first) sum = _mm512_add_ps(_mm512_load_ps(before), sum);
            if (!job->last) {
                _mm512_store_ps(before, sum);
                continue;
            }
#ifdef SCALED
            const __mmask16 some = (__mmask16)(first_of_32(job->outs) >> 16 * i);
            sum = _mm512_mul_ps(sum, _mm512_maskz_loadu_ps(some, p->w_scales + job->column + 16 * i));
            sum = _mm512_mul_ps(sum, _mm512_set1_ps(p->x_scales[row + r]));
#endif
            _mm512_store_ps(ready + r * NR + 16 * i, sum);
        }
    }
    if (job->last) write_out(&p->end, p->outs, row, job->column, job->outs, R, ready, NR);
}

#define ROWS(R)                                                                                                        \
    case R: NAME(rows)(R, row, tile, job); break
AVX512BF16 static void NAME(panel)(const skinny_job *job) {
    const size_t all = job->product->rows;
    for (size_t tile = 0; tile < job->tiles; tile++) {   // of equal height, as nearly as can be
        const size_t row = all * tile / job->tiles, end = all * (tile + 1) / job->tiles;
        switch (end - row) {
            ROWS(1);
            ROWS(2);
            ROWS(3);
            ROWS(4);
            ROWS(5);
            ROWS(6);
            ROWS(7);
            ROWS(8);
        }
    }
}
#undef ROWS

// Runs of equal length, panel by panel: one after another as they lie in memory.
static void NAME(whole)(const skinny_gemm *p, size_t from, size_t to, size_t after, float *room) {
    const size_t runs = (p->units + KC - 1) / KC, count = panels_of(p->outs);
    const char *w = (const char *)p->w + from * p->units * BYTES;
    skinny_job job = {.product = p, .partial = room, .tiles = (p->rows + MR - 1) / MR};
    for (size_t n = from; n < to; n++)
        for (size_t run = 0; run < runs; run++, w += job.units * BYTES) {
            job.from = p->units * run / runs;
            job.units = p->units * (run + 1) / runs - job.from;
            (job.first = run == 0, job.last = run + 1 == runs);
            (job.w = w, job.column = n * NR, job.outs = least(NR, p->outs - n * NR));
            job.next = w + job.units * BYTES;
            if (job.last && n + 1 == to) job.next = (const char *)p->w + least(after, count - 1) * p->units * BYTES;
            NAME(panel)(&job);
        }
}

#undef KC
#undef BYTES
#undef READ
#undef MULTIPLY_ADD
#undef FLOATS
#undef NAME
#undef SCALED
