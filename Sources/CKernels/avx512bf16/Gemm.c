// Products of many rows by AVX-512 and its bfloat16 products.
#if defined(__x86_64__)
#include "Epilogue.h"
#include "Tables.h"

// Rows and columns of a tile, whose sums fill 24 registers; the longest run of units that a panel holds: with 64 columns a
// fifth of a second-level cache of one megabyte.
enum { MR = 6, NR = 64, KC = 832 };

static size_t terms_of(kernel_type type) { return type == KERNEL_BF16 ? 2 : 1; }
static size_t bytes_of(kernel_type type) { return type == KERNEL_BF16 ? 2 : 4; }

// MARK: panels

// A panel [count, NR] of units out of rows that belong to outputs, w[n, k], where they lie ready.
AVX512BF16 static void panel_of_outs(const uint32_t *w, size_t step, size_t outs, size_t count, uint32_t *panel) {
    transposed_rows(NR, w, step, outs, count, panel);
}

// The same out of rows that belong to inputs, w[k, n]: the numbers of two rows alternate.
AVX512BF16 static void panel_of_inputs_bf16(const uint16_t *w, size_t step, size_t outs, size_t count, uint32_t *panel) {
    const __m512i place = _mm512_cvtepu16_epi32(_mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const __m512i first = _mm512_or_si512(place, _mm512_slli_epi32(_mm512_add_epi32(place, _mm512_set1_epi32(32)), 16));
    const __m512i second = _mm512_add_epi16(first, _mm512_set1_epi16(16));
    for (size_t k = 0; k < count; k++)
        for (size_t n = 0; n < NR; n += 32) {
            const __mmask32 some = n < outs ? first_of_32(outs - n) : 0;
            const __m512i a = _mm512_maskz_loadu_epi16(some, w + 2 * k * step + n);
            const __m512i b = _mm512_maskz_loadu_epi16(some, w + (2 * k + 1) * step + n);
            _mm512_storeu_si512(panel + k * NR + n, _mm512_permutex2var_epi16(a, first, b));
            _mm512_storeu_si512(panel + k * NR + n + 16, _mm512_permutex2var_epi16(a, second, b));
        }
}

AVX512BF16 static void panel_of_inputs_f32(const float *w, size_t step, size_t outs, size_t count, uint32_t *panel) {
    for (size_t k = 0; k < count; k++)
        for (size_t n = 0; n < NR; n += 16) {
            const __mmask16 some = n < outs ? (__mmask16)first_of_32(outs - n) : 0;
            _mm512_storeu_ps((float *)panel + k * NR + n, _mm512_maskz_loadu_ps(some, w + k * step + n));
        }
}

// Where the rows of w lie that a run of a panel is made of, from the unit k on.
typedef struct {
    const char *from;
    size_t rows, step, width;   // how many, bytes from one to the next, and bytes of each that matter
} run_rows;

static run_rows rows_of_run(const gemm *p, size_t n, size_t k, size_t count) {
    const size_t outs = least(NR, p->outs - n), terms = terms_of(p->type), bytes = bytes_of(p->type);
    if (p->rows_are_outs)
        return (run_rows){(const char *)p->w + 4 * (n * p->units + k), outs, 4 * p->units, 4 * count};
    return (run_rows){
        (const char *)p->w + bytes * (terms * k * p->outs + n), terms * count, bytes * p->outs, bytes * outs};
}

static void make_panel(const gemm *p, size_t n, size_t k, size_t count, uint32_t *panel) {
    const size_t outs = least(NR, p->outs - n);
    const void *w = rows_of_run(p, n, k, count).from;
    if (p->rows_are_outs) panel_of_outs(w, p->units, outs, count, panel);
    else if (p->type == KERNEL_BF16) panel_of_inputs_bf16(w, p->outs, outs, count, panel);
    else panel_of_inputs_f32(w, p->outs, outs, count, panel);
}

// The part of w that the next panel will be made of, asked for line by line while tiles are multiplied.
typedef struct {
    run_rows rest;   // what has not been asked for whole
    size_t at;       // bytes of its first row that have been
    size_t lines;    // to ask for at a time
} ahead;

TILE void fetch(ahead *next) {
    for (size_t i = 0; i < next->lines && next->rest.rows > 0; i++) {
        _mm_prefetch(next->rest.from + next->at, _MM_HINT_T1);
        next->at += 64;
        if (next->at >= next->rest.width) next->rest.from += next->rest.step, next->rest.rows--, next->at = 0;
    }
}

// MARK: tiles

// What becomes of a tile's sums.
typedef struct {
    const gemm *product;
    size_t row, column, outs;   // where the tile begins, and how many of its columns there are
    float *partial;             // [MR, NR]: sums of the runs before this one, and room for those after
    bool first, last;           // of the runs
    ahead next;
} tile_job;

#define MULTIPLY_ADD(sum, x, w) _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)(w))
#define NAME(what) what##_bf16
#include "GemmTile.h"

#define MULTIPLY_ADD(sum, x, w) _mm512_fmadd_ps((__m512)(x), (__m512)(w), sum)
#define NAME(what) what##_f32
#include "GemmTile.h"

// MARK: the product

// Runs of equal length.
static size_t run_of(size_t units) {
    const size_t runs = (units + KC - 1) / KC;
    return ((units + runs - 1) / runs + 15) / 16 * 16;
}

static size_t room_of(size_t rows, size_t units) {
    return run_of(units) * NR * sizeof(uint32_t) + (units > KC ? (rows + MR) * NR * sizeof(float) : 0);
}

static void run(const gemm *p, size_t number, size_t next, size_t from, size_t to, void *room) {
    const size_t n = number * NR, run = run_of(p->units);
    uint32_t *panel = room;
    float *partial = (float *)(panel + run * NR);
    for (size_t k = 0; k < p->units; k += run) {
        const size_t count = least(run, p->units - k);
        make_panel(p, n, k, count, panel);
        tile_job job = {
            .product = p, .column = n, .outs = least(NR, p->outs - n), .first = k == 0, .last = k + run >= p->units};
        if (!job.last) job.next.rest = rows_of_run(p, n, k + run, least(run, p->units - k - run));
        else if (next * NR < p->outs) job.next.rest = rows_of_run(p, next * NR, 0, least(run, p->units));
        // As many lines at a time as bring all of it here while three quarters of the tiles pass by.
        const size_t turns = (to - from + MR - 1) / MR * ((count + 15) / 16) * 3 / 4 + 1;
        job.next.lines = (job.next.rest.rows * ((job.next.rest.width + 63) / 64) + turns - 1) / turns;
        for (job.row = from; job.row < to; job.row += MR) {
            const int32_t *x = (const int32_t *)p->x + job.row * p->units + k;
            const size_t rows = least(MR, to - job.row);
            job.partial = partial + (job.row - from) * NR;
            if (p->type == KERNEL_BF16) tile_bf16(rows, x, p->units, count, panel, &job);
            else tile_f32(rows, x, p->units, count, panel, &job);
        }
    }
}

const gemm_kernels avx512bf16_gemm = {.columns = NR, .room = room_of, .run = run};

#endif
