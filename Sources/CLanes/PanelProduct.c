#include "PanelProduct.h"

#if defined(__x86_64__)
#include "Finish.h"

// Rows and columns of a tile, whose sums fill 24 registers; the longest run of `inner` that a panel holds: with 64
// columns a fifth of a second-level cache of one megabyte.
enum { tall = 6, wide = 64, deep = 1664 };

// MARK: panels

// A panel [count / 2, wide] of pairs out of rows that belong to outputs: w[n, k], whose pairs lie side by side already.
WIDE static void panel_of_outs(const uint16_t *w, size_t step, size_t outs, size_t count, uint32_t *panel) {
    for (size_t n = 0; n < wide; n += 16)
        for (size_t k = 0; k < count; k += 32) {
            const __mmask32 some = first_of_32(count - k);
            __m512i v[16];
            UNROLL for (size_t i = 0; i < 16; i++)
                v[i] = n + i < outs ? _mm512_maskz_loadu_epi16(some, w + (n + i) * step + k) : _mm512_setzero_si512();
            turn(v);
            const size_t pairs = least(16, (count - k) / 2);
            UNROLL for (size_t i = 0; i < 16; i++)
                if (i < pairs) _mm512_storeu_si512(panel + (k / 2 + i) * wide + n, v[i]);
        }
}

// The same out of rows that belong to inputs: w[k, n]. The numbers of two rows alternate.
WIDE static void panel_of_inputs(const uint16_t *w, size_t step, size_t outs, size_t count, uint32_t *panel) {
    const __m512i place = _mm512_cvtepu16_epi32(_mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const __m512i first = _mm512_or_si512(place, _mm512_slli_epi32(_mm512_add_epi32(place, _mm512_set1_epi32(32)), 16));
    const __m512i second = _mm512_add_epi16(first, _mm512_set1_epi16(16));
    for (size_t k = 0; k < count; k += 2)
        for (size_t n = 0; n < wide; n += 32) {
            const __mmask32 some = n < outs ? first_of_32(outs - n) : 0;
            const __m512i a = _mm512_maskz_loadu_epi16(some, w + k * step + n);
            const __m512i b = _mm512_maskz_loadu_epi16(some, w + (k + 1) * step + n);
            _mm512_storeu_si512(panel + k / 2 * wide + n, _mm512_permutex2var_epi16(a, first, b));
            _mm512_storeu_si512(panel + k / 2 * wide + n + 16, _mm512_permutex2var_epi16(a, second, b));
        }
}

// The part of w that the panel after this one will be made of, asked for line by line while tiles are multiplied.
typedef struct {
    const char *row, *end;   // the first row not yet asked for whole, and the end of the last
    size_t step, width, at;  // bytes from row to row, bytes of each that matter, and how many of these are done
    size_t lines;            // to ask for at a time
} ahead;

TILE void fetch(ahead *next) {
    for (size_t i = 0; i < next->lines && next->row < next->end; i++) {
        _mm_prefetch(next->row + next->at, _MM_HINT_T1);
        next->at += 64;
        if (next->at >= next->width) next->row += next->step, next->at = 0;
    }
}

// MARK: tiles

// What becomes of a tile's sums.
typedef struct {
    const lanes_panels *product;
    size_t row, column, outs;   // where the tile begins, and how many of its columns there are
    float *partial;             // [tall, wide]: sums of the runs before this one, and room for those after
    bool first, last;           // of the runs
    ahead next;
} tile_job;

// R rows of x, `step` numbers apart, with a panel; R is known where this is inlined.
TILE void tile(const int R, const uint16_t *x, size_t step, size_t pairs, const uint32_t *panel, tile_job *job) {
    __m512 sums[tall][4];
    UNROLL for (int r = 0; r < R; r++)
        UNROLL for (int n = 0; n < 4; n++)
            sums[r][n] = job->first ? _mm512_setzero_ps() : _mm512_loadu_ps(job->partial + r * wide + 16 * n);
    for (size_t k = 0; k < pairs; k += 16) {
        // A line of each of the next tile's rows.
        UNROLL for (int r = 0; r < R; r++) _mm_prefetch((const char *)(x + (R + r) * step + 2 * k), _MM_HINT_T0);
        fetch(&job->next);
        for (size_t i = k; i < least(k + 16, pairs); i++) {
            __m512bh w[4];
            UNROLL for (int n = 0; n < 4; n++) {
                w[n] = (__m512bh)_mm512_loadu_si512(panel + i * wide + 16 * n);
                _mm_prefetch((const char *)(panel + (i + 8) * wide + 16 * n), _MM_HINT_T0);
            }
            UNROLL for (int r = 0; r < R; r++) {
                const __m512bh pair = (__m512bh)_mm512_broadcastd_epi32(_mm_loadu_si32(x + r * step + 2 * i));
                UNROLL for (int n = 0; n < 4; n++) sums[r][n] = _mm512_dpbf16_ps(sums[r][n], pair, w[n]);
            }
        }
    }
    float *to = job->partial, ready[tall * wide] __attribute__((aligned(64)));
    if (job->last) to = ready;
    UNROLL for (int r = 0; r < R; r++)
        UNROLL for (int n = 0; n < 4; n++) _mm512_storeu_ps(to + r * wide + 16 * n, sums[r][n]);
    if (job->last) {
        const lanes_panels *p = job->product;
        finish(&p->end, p->outs, job->row, job->column, job->outs, R, ready, wide);
    }
}

#define TILE_OF(R)                                                                                                     \
    WIDE __attribute__((noinline)) static void tile_##R(                                                               \
        const uint16_t *x, size_t step, size_t pairs, const uint32_t *panel, tile_job *job) {                          \
        tile(R, x, step, pairs, panel, job);                                                                           \
    }
TILE_OF(1)
TILE_OF(2)
TILE_OF(3)
TILE_OF(4)
TILE_OF(5)
TILE_OF(6)

// MARK: the product

// Runs of equal length.
static size_t run_of(size_t inner) {
    const size_t runs = (inner + deep - 1) / deep;
    return ((inner + runs - 1) / runs + 31) / 32 * 32;
}

size_t lanes_panel_count(size_t outs) { return (outs + wide - 1) / wide; }

size_t lanes_panel_room(size_t rows, size_t inner) {
    return run_of(inner) * wide * sizeof(uint16_t) + (inner > deep ? (rows + tall) * wide * sizeof(float) : 0);
}

// Where the rows of w lie that a run of a panel is made of.
static ahead run_of_panel(const lanes_panels *p, size_t n, size_t k, size_t run) {
    if (n >= p->outs) return (ahead){0};
    const size_t outs = least(wide, p->outs - n), count = least(run, p->inner - k);
    const bool by_outs = p->rows_are_outs;
    const size_t step = by_outs ? p->inner : p->outs, rows = by_outs ? outs : count;
    const uint16_t *from = p->w + (by_outs ? n * step + k : k * step + n);
    return (ahead){
        .row = (const char *)from, .end = (const char *)(from + rows * step), .step = 2 * step,
        .width = 2 * (by_outs ? count : outs)};
}

WIDE void lanes_panel_product(
    const lanes_panels *p, size_t number, size_t next, size_t from, size_t to, void *room) {
    const size_t n = number * wide, outs = least(wide, p->outs - n), run = run_of(p->inner);
    uint32_t *panel = room;
    float *partial = (float *)(panel + run / 2 * wide);
    for (size_t k = 0; k < p->inner; k += run) {
        const size_t count = least(run, p->inner - k);
        if (p->rows_are_outs) panel_of_outs(p->w + n * p->inner + k, p->inner, outs, count, panel);
        else panel_of_inputs(p->w + k * p->outs + n, p->outs, outs, count, panel);
        tile_job job = {.product = p, .column = n, .outs = outs, .first = k == 0, .last = k + run >= p->inner};
        job.next = job.last ? run_of_panel(p, next * wide, 0, run) : run_of_panel(p, n, k + run, run);
        // As many lines at a time as bring all of it here while three quarters of the tiles pass by.
        const size_t turns = (to - from + tall - 1) / tall * ((count + 31) / 32) * 3 / 4 + 1;
        job.next.lines = (run * outs * sizeof(uint16_t) / 64 + turns - 1) / turns;
        for (job.row = from; job.row < to; job.row += tall) {
            const uint16_t *x = p->x + job.row * p->inner + k;
            job.partial = partial + (job.row - from) * wide;
            switch (least(tall, to - job.row)) {
            case 1: tile_1(x, p->inner, count / 2, panel, &job); break;
            case 2: tile_2(x, p->inner, count / 2, panel, &job); break;
            case 3: tile_3(x, p->inner, count / 2, panel, &job); break;
            case 4: tile_4(x, p->inner, count / 2, panel, &job); break;
            case 5: tile_5(x, p->inner, count / 2, panel, &job); break;
            default: tile_6(x, p->inner, count / 2, panel, &job);
            }
        }
    }
}

#else

size_t lanes_panel_count(size_t outs) { return 0; }
size_t lanes_panel_room(size_t rows, size_t inner) { return 0; }
void lanes_panel_product(
    const lanes_panels *product, size_t panel, size_t next, size_t from, size_t to, void *room) {}

#endif
