// Products of many rows in the compiler's vectors, included by each class. The includer says which tile its registers
// hold (GEMM_TILE_ROWS, GEMM_TILE_STRIPS); without, it is that of sixteen registers of eight floats (AVX2) or thirty-two of
// four (NEON). A panel of w is widened and brought into order as floats, and so are the rows of x that pass by, so that
// weights in bfloat16 cost no more arithmetic than floats and half the memory.
//
// Every sum is a chain of fused products, term after term over a run of at most gemm_KC, and runs are added one after
// another: the same bits in every class that includes this, whatever its registers.
#ifndef KERNELS_SIMD_GEMM_H
#define KERNELS_SIMD_GEMM_H

#include "GemmPanel.h"

#ifndef GEMM_TILE_ROWS
#define GEMM_TILE_ROWS 6
#define GEMM_TILE_STRIPS 1
#endif

// Rows of a tile and strips of sixteen columns, terms of the longest run: a tile's columns of a panel stay in a first-level
// cache of 32 KB beside twelve rows of x, six of now and six of after (of two strips and twelve rows: in one of 48 KB or in
// the second), a panel in the second. Rows of x are brought in order `gemm_MC` at a time, a multiple of every class's tile.
enum { gemm_MR = GEMM_TILE_ROWS, gemm_strips = GEMM_TILE_STRIPS, gemm_KC = 256, gemm_MC = 24 };

// MARK: what comes next

// What is needed next, rows of x or of w, asked for line by line while this is multiplied.
typedef struct {
    const char *from;      // where its first row begins
    size_t step;           // bytes from row to row
    size_t rows, row;      // how many, and the one to ask for next
    size_t lines, line;    // of each
} gemm_ahead;

SIMD_INLINE void gemm_fetch(gemm_ahead *ahead) {
    if (ahead->line >= ahead->lines) return;
    __builtin_prefetch(ahead->from + ahead->row * ahead->step + 64 * ahead->line, 0, 2);
    if (++ahead->row >= ahead->rows) ahead->row = 0, ahead->line++;
}

// The rows of x from ..< to, of `count` units from k on.
static gemm_ahead gemm_rows_ahead(const gemm *p, size_t from, size_t to, size_t k, size_t count) {
    if (p->windows) return (gemm_ahead){0};   // most of them were just seen
    return (gemm_ahead){
        .from = (const char *)p->x + 4 * (from * p->units + k), .step = 4 * p->units, .rows = to - from,
        .lines = from < to ? (count + 15) / 16 : 0};
}

// The weights of the panel's columns from n on, of `count` units from k on; nothing where there is no such panel.
static gemm_ahead gemm_weights_ahead(const gemm *p, size_t n, size_t k, size_t count) {
    if (n >= p->outs) return (gemm_ahead){0};
    const size_t outs = gemm_least(gemm_columns, p->outs - n), terms = gemm_terms(p), width = 4 / terms;
    if (p->rows_are_outs)
        return (gemm_ahead){
            .from = (const char *)p->w + 4 * (n * p->units + k), .step = 4 * p->units, .rows = outs,
            .lines = (count + 15) / 16};
    return (gemm_ahead){
        .from = (const char *)p->w + width * (terms * k * p->outs + n), .step = width * p->outs, .rows = terms * count,
        .lines = (width * outs + 63) / 64};
}

// MARK: tiles

// Where a tile's sums begin: floats from row to row, and from strip to strip.
typedef struct {
    float *at;
    size_t row, strip;
} gemm_place;

// R rows of x, gemm_KC floats apart, with S strips of a panel, added to what `before` has of them; R and S are known where
// this is inlined.
SIMD_INLINE void gemm_tile(
    const int R, const int S, const float *x, size_t terms, const float *w, const gemm_place *before,
    const gemm_place *to, gemm_ahead *ahead) {
    const size_t strip = terms * gemm_NR;
    simd sums[gemm_MR][gemm_strips];
    SIMD_UNROLL for (int r = 0; r < R; r++)
        SIMD_UNROLL for (int s = 0; s < S; s++) sums[r][s] = ALL(0);
    if (before)
        SIMD_UNROLL for (int r = 0; r < R; r++)
            SIMD_UNROLL for (int s = 0; s < S; s++)
                __builtin_prefetch(before->at + r * before->row + s * before->strip, 1, 3);
    for (size_t k = 0; k < terms;) {
        gemm_fetch(ahead);
        if (k + 8 <= terms) {
            SIMD_UNROLL for (int i = 0; i < 8; i++) {
                simd own[gemm_strips];
                SIMD_UNROLL for (int s = 0; s < S; s++) own[s] = AT(w + s * strip + i * gemm_NR);
                SIMD_UNROLL for (int r = 0; r < R; r++)
                    SIMD_UNROLL for (int s = 0; s < S; s++) sums[r][s] += own[s] * x[r * gemm_KC + k + i];
            }
            k += 8, w += 8 * gemm_NR;
            continue;
        }
        simd own[gemm_strips];
        SIMD_UNROLL for (int s = 0; s < S; s++) own[s] = AT(w + s * strip);
        SIMD_UNROLL for (int r = 0; r < R; r++)
            SIMD_UNROLL for (int s = 0; s < S; s++) sums[r][s] += own[s] * x[r * gemm_KC + k];
        k++, w += gemm_NR;
    }
    SIMD_UNROLL for (int r = 0; r < R; r++)
        SIMD_UNROLL for (int s = 0; s < S; s++) {
            // Each run is summed by itself, so that long sums lose less.
            if (before) sums[r][s] = AT(before->at + r * before->row + s * before->strip) + sums[r][s];
            PUT(to->at + r * to->row + s * to->strip, sums[r][s]);
        }
}

#define GEMM_ROWS(R)                                                                                                   \
    case R:                                                                                                            \
        if (strips == gemm_strips) gemm_tile(R, gemm_strips, x, terms, w, before, to, ahead);                          \
        else gemm_tile(R, 1, x, terms, w, before, to, ahead);                                                          \
        break
SIMD_INLINE void gemm_rows(
    size_t rows, size_t strips, const float *x, size_t terms, const float *w, const gemm_place *before,
    const gemm_place *to, gemm_ahead *ahead) {
    switch (rows) {
        GEMM_ROWS(1);
        GEMM_ROWS(2);
        GEMM_ROWS(3);
        GEMM_ROWS(4);
        GEMM_ROWS(5);
        GEMM_ROWS(6);
#if GEMM_TILE_ROWS > 6
        GEMM_ROWS(7);
        GEMM_ROWS(8);
        GEMM_ROWS(9);
        GEMM_ROWS(10);
        GEMM_ROWS(11);
        GEMM_ROWS(12);
#endif
    }
}

// MARK: the product

// Units of a run: of equal length, as nearly as can be.
static size_t gemm_run_of(const gemm *p) {
    const size_t most = gemm_KC / gemm_terms(p), runs = (p->units + most - 1) / most;
    return (p->units + runs - 1) / runs;
}

// A panel, six rows of x, and the sums of the runs before.
static size_t gemm_room(size_t rows, size_t units) {
    (void)units;
    return (gemm_KC * (gemm_columns + gemm_MC) + rows * gemm_columns) * sizeof(float);
}

// Rows of x that are windows of images.
static void gemm_take_windows(const gemm *p, size_t row, size_t rows, size_t k, size_t count, float *to) {
    const convolution *c = p->windows;
    // Floats of a window's and of an image's row.
    const ptrdiff_t wide = (ptrdiff_t)(c->kernel_width * c->channels), all = (ptrdiff_t)(c->width * c->channels);
    for (size_t r = row; r < row + rows; r++, to += gemm_KC) {
        const size_t across = r / c->out_width, down = across % c->out_height, image = across / c->out_height;
        const float *own = (const float *)p->x + image * c->height * (size_t)all;
        const ptrdiff_t left = (ptrdiff_t)(r % c->out_width * c->stride * c->channels) - (ptrdiff_t)(c->left * c->channels);
        ptrdiff_t at = (ptrdiff_t)k % wide, end = (ptrdiff_t)count;
        size_t y = down * c->stride + k / (size_t)wide - c->top;   // above the image: far too large
        for (ptrdiff_t done = 0; done < end; y++, at = 0) {
            const ptrdiff_t some = wide - at < end - done ? wide - at : end - done, from = left + at;
            ptrdiff_t before = y >= c->height ? some : from < 0 ? -from : 0;
            if (before > some) before = some;
            ptrdiff_t inside = (from + some < all ? some : all - from) - before;
            if (inside < 0) inside = 0;
            if (before > 0) memset(to + done, 0, (size_t)before * sizeof(float));
            if (inside > 0)
                memcpy(to + done + before, own + (ptrdiff_t)y * all + from + before, (size_t)inside * sizeof(float));
            if (before + inside < some)
                memset(to + done + before + inside, 0, (size_t)(some - before - inside) * sizeof(float));
            done += some;
        }
    }
}

// Rows of x as floats side by side, so that none stands in another's way in the cache.
static void gemm_take_rows(const gemm *p, size_t row, size_t rows, size_t k, size_t count, float *to) {
    const size_t terms = gemm_terms(p) * count;
    if (p->windows) return gemm_take_windows(p, row, rows, k, count, to);
    for (size_t r = 0; r < rows; r++, to += gemm_KC) {
        const int32_t *from = (const int32_t *)p->x + (row + r) * p->units + k;
        if (p->type == KERNEL_F32) {
            memcpy(to, from, terms * sizeof(float));
            continue;
        }
        const uint16_t *narrow = (const uint16_t *)from;
        size_t i = 0;
        for (; i + 16 <= terms; i += 16) PUT(to + i, WIDENED(narrow + i));
        if (i < terms) PUT_SOME(to + i, terms - i, SOME_WIDENED(narrow + i, terms - i));
    }
}

static void gemm_run(const gemm *p, size_t number, size_t next, size_t from, size_t to, void *room) {
    if (from >= to) return;
    const size_t n = number * gemm_columns, run = gemm_run_of(p), end = gemm_least(n + gemm_columns, p->outs);
    const size_t tiles = (to - from + gemm_MR - 1) / gemm_MR * ((end - n + gemm_NR - 1) / gemm_NR);   // at least
    float *panel = room, *own_rows = panel + gemm_KC * gemm_columns, *partial = own_rows + gemm_KC * gemm_MC;
    for (size_t k = 0; k < p->units; k += run) {
        const size_t count = gemm_least(run, p->units - k), terms = gemm_terms(p) * count;
        gemm_make_panel(p, n, k, count, panel);
        const bool first = k == 0, last = k + count >= p->units;
        gemm_ahead weights = last ? gemm_weights_ahead(p, next * gemm_columns, 0, run)
                                  : gemm_weights_ahead(p, n, k + run, gemm_least(run, p->units - (k + run)));
        const size_t pace = (weights.rows * weights.lines + tiles - 1) / tiles;
        for (size_t block = from; block < to; block += gemm_MC) {
            const size_t height = gemm_least(gemm_MC, to - block), after = gemm_least(block + 2 * gemm_MC, to);
            gemm_ahead rows_after = gemm_rows_ahead(p, block + height, after, k, count);
            gemm_take_rows(p, block, height, k, count, own_rows);
            const float *w = panel;
            for (size_t column = n, strips; column < end; column += strips * gemm_NR, w += strips * terms * gemm_NR) {
                strips = gemm_least(gemm_strips, (end - column + gemm_NR - 1) / gemm_NR);
                for (size_t row = 0; row < height; row += gemm_MR) {
                    const size_t rows = gemm_least(gemm_MR, height - row);
                    for (size_t i = 0; i < strips * pace; i++) gemm_fetch(&weights);
                    float ready[gemm_strips * gemm_MR * gemm_NR];
                    const gemm_place end_of_sums = {ready, gemm_NR, gemm_MR * gemm_NR};
                    const gemm_place sums = {
                        partial + (block + row - from) * gemm_columns + (column - n), gemm_columns, gemm_NR};
                    gemm_rows(
                        rows, strips, own_rows + row * gemm_KC, terms, w, first ? NULL : &sums,
                        last ? &end_of_sums : &sums, &rows_after);
                    if (last)
                        for (size_t s = 0; s < strips; s++)
                            gemm_end(p, block + row, rows, column + s * gemm_NR, ready + s * gemm_MR * gemm_NR);
                }
            }
        }
    }
}

static const gemm_kernels simd_gemm = {
    .columns = gemm_columns, .takes_windows = true, .room = gemm_room, .run = gemm_run};

#endif
