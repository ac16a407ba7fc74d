// The tiles of a product, included by Products.c once for each kind of number. The includer says which numbers x and w
// hold (X, W), how many of them a register takes (STEP), how to read them, whole registers or the first few, how to
// multiply and add two registers (ADD) and what a sum is in float (FLOATS).

// y[r, n] = Σ x[r, k]·w[n, k] over a run of k, times the scales of the rows where there are any; plus the bias in the
// first run and what was there in later ones. R and N are known where this is inlined, so all R·N sums stay in
// registers.
TILE void NAME(
    const int R, const int N, const X *x, size_t x_step, const W *w, size_t w_step, const float *x_scales,
    const float *w_scales, const float *bias, float *y, size_t y_step, size_t count, bool first, const W *ahead) {
    __m512 all[32];
    UNROLL for (int i = 0; i < 32; i++) all[i] = _mm512_setzero_ps();
    size_t k = 0;
    for (; k + STEP <= count; k += STEP) {
        __m512i weights[8];
        UNROLL for (int n = 0; n < N; n++) {
            weights[n] = READ_W(w + n * w_step + k);
            // The next tile's line: memory is busy while this one multiplies.
            _mm_prefetch((const char *)(w + (n + N) * w_step + k), _MM_HINT_T0);
        }
        if (R == 8 && N == 3) _mm_prefetch((const char *)(ahead + k), _MM_HINT_T1);
        UNROLL for (int r = 0; r < R; r++) {
            const __m512i row = _mm512_loadu_si512(x + r * x_step + k);
            UNROLL for (int n = 0; n < N; n++) all[n * R + r] = ADD(all[n * R + r], row, weights[n]);
        }
    }
    if (k < count) {
        const unsigned some = (1u << (count - k)) - 1;
        UNROLL for (int r = 0; r < R; r++) {
            const __m512i row = SOME_X(some, x + r * x_step + k);
            UNROLL for (int n = 0; n < N; n++)
                all[n * R + r] = ADD(all[n * R + r], row, SOME_W(some, w + n * w_step + k));
        }
    }
    UNROLL for (int i = 0; i < R * N; i++) all[i] = FLOATS(all[i]);
    float totals[32];
    _mm512_storeu_ps(totals, sums(all));
    if (R * N > 16) _mm512_storeu_ps(totals + 16, sums(all + 16));
    UNROLL for (int n = 0; n < N; n++) {
        const float shift = first && bias ? bias[n] : 0;
        UNROLL for (int r = 0; r < R; r++) {
            float *place = y + r * y_step + n;
            float part = totals[n * R + r];
            if (w_scales) part *= w_scales[n] * x_scales[r];
            *place = part + (first ? shift : *place);
        }
    }
}

// All rows of x with `outs` rows of w over one run: tiles of up to eight rows of x and 24 sums. On the way the rows of
// w that come `next` are fetched from memory, one with each tile, so that memory is as busy while the later rows of x
// pass by as it is with the first.
WIDE static void BLOCK(
    const X *x, size_t x_step, size_t rows, const W *w, size_t w_step, size_t outs, const float *x_scales,
    const float *w_scales, const float *bias, float *y, size_t y_step, size_t count, bool first, const W *next,
    size_t next_outs) {
#define TILES(R, N)                                                                                                    \
    for (; n + N <= outs; n += N)                                                                                      \
    NAME(R, N, x, x_step, w + n * w_step, w_step, x_scales, w_scales ? w_scales + n : NULL, bias ? bias + n : NULL,    \
         y + n, y_step, count, first, next + least(fetched++, next_outs - 1) * w_step)
    size_t fetched = 0;
    while (rows > 0) {
        size_t n = 0, taken;
        if (rows >= 8) {
            taken = 8;
            TILES(8, 3);
            TILES(8, 1);
        } else if (rows >= 4) {
            taken = 4;
            TILES(4, 4);
            TILES(4, 1);
        } else if (rows >= 2) {
            taken = 2;
            TILES(2, 4);
            TILES(2, 1);
        } else {
            taken = 1;
            TILES(1, 4);
            TILES(1, 1);
        }
        rows -= taken;
        x += taken * x_step;
        y += taken * y_step;
        if (x_scales) x_scales += taken;
    }
#undef TILES
}

// The whole product, a block at a time: as much of w as stays in a second-level cache of one megabyte while all rows
// of x pass by.
static void WHOLE(
    const X *x, size_t rows, const W *w, const float *x_scales, const float *w_scales, const float *bias, float *y,
    size_t inner, size_t outs, size_t from, size_t to) {
    enum { run = 4096 / sizeof(X), near = 96 };
    for (size_t n = from; n < to; n += near)
        for (size_t k = 0; k < inner; k += run) {
            // What comes next: the next run of these rows of w, or the first of the next rows. Where all rows of x
            // pass by at once there is nothing to fetch early: the next tile's lines are as far ahead as memory follows.
            const W *next = w + n * inner + k;
            size_t next_outs = 1;
            if (rows > 8) {
                const bool turns = k + run >= inner;
                const size_t row = turns && n + near < to ? n + near : n;
                next = w + row * inner + (turns ? 0 : k + run);
                next_outs = least(near, to - row);
            }
            BLOCK(
                x + k, inner, rows, w + n * inner + k, inner, least(near, to - n), x_scales,
                w_scales ? w_scales + n : NULL, bias ? bias + n : NULL, y + n, outs, least(run, inner - k), k == 0, next,
                next_outs);
        }
}

#undef X
#undef W
#undef STEP
#undef READ_W
#undef SOME_X
#undef SOME_W
#undef ADD
#undef FLOATS
#undef NAME
#undef BLOCK
#undef WHOLE
