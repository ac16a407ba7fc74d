#include "PanelProduct.h"

#if defined(__x86_64__)
#include "Activations.h"
#include "Wide.h"

// Rows and columns of a tile, whose sums fill 24 registers; the longest run of `inner` that a panel holds: with 64
// columns a fifth of a second-level cache of one megabyte.
enum { tall = 6, wide = 64, deep = 1664 };

// MARK: panels

TILE __mmask32 first_of_32(size_t count) { return count < 32 ? (1u << count) - 1 : ~0u; }

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

// MARK: tiles

// What becomes of a tile's sums.
typedef struct {
    const lanes_panels *product;
    size_t row, column, outs;   // where the tile begins, and how many of its columns there are
    float *partial;             // [tall, wide]: sums of the runs before this one, and room for those after
    bool first, last;           // of the runs
} tile_end;

TILE __m512 activated(__m512 value, lanes_activation activation) {
    switch (activation) {
    case LANES_GELU: return (__m512)GELU((lanes)value);
    case LANES_QUICK_GELU: return (__m512)QUICK_GELU((lanes)value);
    default: return value;
    }
}

TILE void finish(const tile_end *end, size_t r, size_t n, __m512 sum) {
    const lanes_panels *p = end->product;
    if (n >= end->outs) return;
    const __mmask16 some = end->outs - n < 16 ? (1u << (end->outs - n)) - 1 : 0xffff;
    const size_t column = end->column + n, at = (end->row + r) * p->outs + column;
    if (p->bias) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(some, p->bias + column));
    sum = activated(sum, p->activation);
    if (p->addend) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(some, p->addend + at));
    if (p->type == LANES_F32) _mm512_mask_storeu_ps((float *)p->y + at, some, sum);
    else _mm256_mask_storeu_epi16((uint16_t *)p->y + at, some, (__m256i)_mm512_cvtneps_pbh(sum));
}

// R rows of x, `step` numbers apart, with a panel; R is known where this is inlined.
TILE void tile(const int R, const uint16_t *x, size_t step, size_t pairs, const uint32_t *panel, const tile_end *end) {
    __m512 sums[tall][4];
    UNROLL for (int r = 0; r < R; r++)
        UNROLL for (int n = 0; n < 4; n++)
            sums[r][n] = end->first ? _mm512_setzero_ps() : _mm512_loadu_ps(end->partial + r * wide + 16 * n);
    for (size_t k = 0; k < pairs; k += 16) {
        // A line of each of the next tile's rows.
        UNROLL for (int r = 0; r < R; r++) _mm_prefetch((const char *)(x + (R + r) * step + 2 * k), _MM_HINT_T0);
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
    UNROLL for (int r = 0; r < R; r++)
        UNROLL for (int n = 0; n < 4; n++) {
            if (end->last) finish(end, r, 16 * n, sums[r][n]);
            else _mm512_storeu_ps(end->partial + r * wide + 16 * n, sums[r][n]);
        }
}

#define TILE_OF(R)                                                                                                     \
    WIDE __attribute__((noinline)) static void tile_##R(                                                               \
        const uint16_t *x, size_t step, size_t pairs, const uint32_t *panel, const tile_end *end) {                    \
        tile(R, x, step, pairs, panel, end);                                                                           \
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

WIDE void lanes_panel_product(const lanes_panels *p, size_t number, size_t from, size_t to, void *room) {
    const size_t n = number * wide, outs = least(wide, p->outs - n), run = run_of(p->inner);
    uint32_t *panel = room;
    float *partial = (float *)(panel + run / 2 * wide);
    for (size_t k = 0; k < p->inner; k += run) {
        const size_t count = least(run, p->inner - k);
        if (p->rows_are_outs) panel_of_outs(p->w + n * p->inner + k, p->inner, outs, count, panel);
        else panel_of_inputs(p->w + k * p->outs + n, p->outs, outs, count, panel);
        tile_end end = {.product = p, .column = n, .outs = outs, .first = k == 0, .last = k + run >= p->inner};
        for (end.row = from; end.row < to; end.row += tall) {
            const uint16_t *x = p->x + end.row * p->inner + k;
            end.partial = partial + (end.row - from) * wide;
            switch (least(tall, to - end.row)) {
            case 1: tile_1(x, p->inner, count / 2, panel, &end); break;
            case 2: tile_2(x, p->inner, count / 2, panel, &end); break;
            case 3: tile_3(x, p->inner, count / 2, panel, &end); break;
            case 4: tile_4(x, p->inner, count / 2, panel, &end); break;
            case 5: tile_5(x, p->inner, count / 2, panel, &end); break;
            default: tile_6(x, p->inner, count / 2, panel, &end);
            }
        }
    }
}

#else

size_t lanes_panel_count(size_t outs) { return 0; }
size_t lanes_panel_room(size_t rows, size_t inner) { return 0; }
void lanes_panel_product(const lanes_panels *product, size_t panel, size_t from, size_t to, void *room) {}

#endif
