// The products of CKernels by one thread beside what the processor can do at most: a loop that only multiplies registers
// (or tiles), and a loop that only reads memory. Best of many calls, since neighbours can only make a call slower.
//
//     products [CLASS...]        classes as `synesthesia env` names them; all that this processor has unless said
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "Kernels.h"

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void *room_of(size_t bytes) {
    void *room = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
    if (!room) {
        fprintf(stderr, "products: no memory for %zu bytes\n", bytes);
        exit(1);
    }
    return room;
}

static const char *const type_names[] = {[KERNEL_F32] = "f32", [KERNEL_BF16] = "bf16", [KERNEL_INT8] = "int8"};

// Numbers of one size, none of them slow: 0.5 to 1, as floats or as their upper halves; whole numbers as they come.
static void *numbers(size_t count, kernel_type type) {
    uint32_t seed = 1;
    void *all = room_of(count * (type == KERNEL_F32 ? 4 : 2));
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        const uint32_t bits = 0x3f000000u | (seed >> 9 & 0x007fffffu);
        if (type == KERNEL_F32) ((uint32_t *)all)[i] = bits;
        else ((uint16_t *)all)[i] = (uint16_t)(bits >> 16);
    }
    return all;
}

// MARK: what the processor can do at most

enum { CHAINS = 12, STEPS = 1 << 16 };
static volatile float sink;

#if defined(__x86_64__)
#include <immintrin.h>

#define LOOP(name, features, vector, zero, multiply, first)                        \
    __attribute__((target(features))) static void name(void) {                     \
        vector sums[CHAINS], a = zero, b = zero;                                   \
        for (int i = 0; i < CHAINS; i++) sums[i] = zero;                           \
        __asm__ volatile("" : "+v"(a), "+v"(b));                                   \
        for (int step = 0; step < STEPS; step++) {                                 \
            _Pragma("unroll") for (int i = 0; i < CHAINS; i++) sums[i] = multiply; \
        }                                                                          \
        for (int i = 0; i < CHAINS; i++) sink = first(sums[i]);                    \
    }

LOOP(loop_avx2, "avx2,fma", __m256, _mm256_setzero_ps(), _mm256_fmadd_ps(a, b, sums[i]), _mm256_cvtss_f32)
LOOP(loop_avx512, "avx512f", __m512, _mm512_setzero_ps(), _mm512_fmadd_ps(a, b, sums[i]), _mm512_cvtss_f32)
LOOP(loop_bf16, "avx512f,avx512bf16", __m512, _mm512_setzero_ps(),
     _mm512_dpbf16_ps(sums[i], (__m512bh)a, (__m512bh)b), _mm512_cvtss_f32)

__attribute__((target("amx-tile,amx-bf16"))) static void loop_tiles(void) {
    struct { uint8_t palette, start, reserved[14]; uint16_t bytes[16]; uint8_t rows[16]; } shape = {.palette = 1};
    for (int i = 0; i < 8; i++) shape.bytes[i] = 64, shape.rows[i] = 16;
    _tile_loadconfig(&shape);
    _tile_zero(0); _tile_zero(1); _tile_zero(2); _tile_zero(3);
    _tile_zero(4); _tile_zero(5); _tile_zero(6); _tile_zero(7);
    for (int step = 0; step < STEPS; step++) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_release();
}
#endif

// GFLOP/s of the loop for a class and a type; 0 where there is none.
static double ceiling(kernel_class level, kernel_type type) {
    void (*loop)(void) = NULL;
    double operations = 0;
#if defined(__x86_64__)
    if (level == KERNELS_AVX2) loop = loop_avx2, operations = 2.0 * 8 * CHAINS;
    if (level >= KERNELS_AVX512) loop = loop_avx512, operations = 2.0 * 16 * CHAINS;
    if (level == KERNELS_AVX512BF16 && type == KERNEL_BF16) loop = loop_bf16, operations = 2.0 * 32 * CHAINS;
    if (level == KERNELS_AMX && type == KERNEL_BF16) loop = loop_tiles, operations = 4 * 2.0 * 16 * 16 * 32;
#else
    (void)level, (void)type;
#endif
    if (!loop) return 0;
    double best = 1e9;
    for (int turn = 0; turn < 40; turn++) {
        const double start = now();
        loop();
        const double took = now() - start;
        if (took < best) best = took;
    }
    return operations * STEPS / best * 1e-9;
}

// GB/s of a loop that reads memory in four streams and asks for what comes next.
static double reading(const void *memory, size_t bytes) {
    enum { STREAMS = 4, LINE = 8, AHEAD = 64 * LINE };
    const size_t count = bytes / 8 / STREAMS / LINE * LINE;
    const uint64_t *words = memory;
    double best = 1e9;
    for (int turn = 0; turn < 12; turn++) {
        const double start = now();
        uint64_t sums[STREAMS] = {0};
        for (size_t i = 0; i < count; i += LINE)
            for (int stream = 0; stream < STREAMS; stream++) {
                const uint64_t *line = words + (size_t)stream * count + i;
                __builtin_prefetch(line + AHEAD);
                for (int j = 0; j < LINE; j++) sums[stream] += line[j];
            }
        for (int stream = 0; stream < STREAMS; stream++) sink += (float)sums[stream];
        const double took = now() - start;
        if (took < best) best = took;
    }
    return (double)(count * STREAMS * 8) / best * 1e-9;
}

// MARK: products

// Seconds of a product of many rows, the best of `turns`; each takes the next of `count` matrices that lie `bytes` apart.
static double many(const gemm_kernels *kernels, gemm product, size_t count, size_t bytes, int turns) {
    void *room = room_of(kernels->room(product.rows, product.units));
    const size_t panels = (product.outs + kernels->columns - 1) / kernels->columns;
    const char *w = product.w;
    double best = 1e9;
    for (int turn = 0; turn < turns; turn++) {
        product.w = w + (size_t)turn % count * bytes;
        const double start = now();
        for (size_t panel = 0; panel < panels; panel++) kernels->run(&product, panel, panel + 1, 0, product.rows, room);
        const double took = now() - start;
        if (took < best) best = took;
    }
    free(room);
    return best;
}

static void products_of_many_rows(const kernel_table *table, const char *name, kernel_type type) {
    static const struct { size_t rows, inputs, outs; kernel_activation activation; const char *what; } shapes[] = {
        {800, 768, 768, KERNEL_IDENTITY, ""},     {800, 3072, 768, KERNEL_IDENTITY, ""},
        {800, 768, 3072, KERNEL_GELU, " GELU"},   {800, 1024, 1024, KERNEL_IDENTITY, ""},
        {800, 4096, 1024, KERNEL_IDENTITY, ""},   {2056, 1664, 1664, KERNEL_IDENTITY, ""},
    };
    enum { MEMORY = 256 << 20, TURNS = 40 };   // bytes of weights, more than a cache keeps
    const gemm_kernels *kernels = table->gemm;
    const double most = ceiling(table->level, type);
    const size_t unit = type == KERNEL_BF16 ? 2 : 1, width = type == KERNEL_BF16 ? 2 : 4;
    void *w = numbers(MEMORY / width, type);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const size_t rows = shapes[i].rows, inputs = shapes[i].inputs, outs = shapes[i].outs, bytes = outs * inputs * width;
        void *x = numbers(rows * inputs, type), *y = room_of(rows * outs * 4);
        const gemm product = {
            .type = type, .rows = rows, .units = inputs / unit, .outs = outs, .x = x, .w = w, .rows_are_outs = true,
            .end = {.activation = shapes[i].activation, .y = y, .type = type},
        };
        const double operations = 2e-9 * (double)rows * (double)inputs * (double)outs;
        const double cached = operations / many(kernels, product, 1, bytes, TURNS);
        const double read = operations / many(kernels, product, MEMORY / bytes, bytes, TURNS);
        char shares[32] = "|";
        if (most > 0) snprintf(shares, sizeof shares, "%.0f %% | %.0f %%", 100 * cached / most, 100 * read / most);
        printf("| %s | %s | %zu × %zu × %zu%s | %.0f | %.0f | %s |\n", name, type_names[type], rows, inputs, outs,
               shapes[i].what, cached, read, shares);
        fflush(stdout);
        free(x), free(y);
    }
    free(w);
}

// Seconds of a product of few rows, the best of `turns`: panels in the order and number in which drawing asks for them.
static double few(const skinny_gemm_kernels *kernels, const skinny_gemm *product, int turns) {
    enum { PANELS = 4 };
    void *room = room_of(kernels->room(product->rows, product->units, product->type));
    const size_t panels = (product->outs + kernels->columns - 1) / kernels->columns;
    double best = 1e9;
    for (int turn = 0; turn < turns; turn++) {
        const double start = now();
        for (size_t panel = 0; panel < panels; panel += PANELS) {
            const size_t end = panel + PANELS < panels ? panel + PANELS : panels;
            kernels->run(product, panel, end, end < panels ? end : panel, room);
        }
        const double took = now() - start;
        if (took < best) best = took;
    }
    free(room);
    return best;
}

static void products_of_few_rows(const kernel_table *table, const char *name, kernel_type type) {
    enum { INPUTS = 1664, OUTS = 32768 };   // the drawing transformer's width; 55 to 218 MB: more than a cache keeps
    static const size_t all_rows[] = {1, 2, 4, 8, 16, 32, 64};
    const size_t units = type == KERNEL_F32 ? INPUTS : INPUTS / 2, width = type == KERNEL_INT8 ? 2 : 4;
    const skinny_gemm_kernels *kernels = table->skinny_gemm;
    const size_t panels = (OUTS + kernels->columns - 1) / kernels->columns;
    const size_t bytes = panels * kernels->columns * units * width;
    void *w = numbers((size_t)OUTS * INPUTS, type), *packed = room_of(bytes), *scales = numbers(OUTS, KERNEL_F32);
    kernels->pack(w, OUTS, units, width, 0, panels, packed);
    free(w);
    const double most = type == KERNEL_INT8 ? 0 : ceiling(table->level, type);
    for (size_t i = 0; i < sizeof all_rows / sizeof *all_rows; i++) {
        const size_t rows = all_rows[i];
        void *x = numbers(rows * INPUTS, type), *y = room_of(rows * OUTS * 4);
        const skinny_gemm product = {
            .type = type, .rows = rows, .units = units, .outs = OUTS, .x = x, .w = packed, .x_scales = scales,
            .w_scales = scales, .end = {.y = y, .type = KERNEL_F32},
        };
        const double read = reading(packed, bytes), took = few(kernels, &product, 10);
        const double operations = 2e-9 * (double)rows * INPUTS * OUTS, gigabytes = 1e-9 * (double)bytes;
        const double of_reading = gigabytes / read / took, of_loop = most > 0 ? operations / most / took : 0;
        printf("| %s | %s | %zu | %.1f | %.0f | %.0f %% %s |\n", name, type_names[type], rows, gigabytes / took,
               operations / took, 100 * (of_reading > of_loop ? of_reading : of_loop),
               of_reading > of_loop ? "reading" : "multiplying");
        fflush(stdout);
        free(x), free(y);
    }
    free(packed), free(scales);
}

int main(int count, char **arguments) {
    static const char *const names[] = {
        [KERNELS_GENERIC] = "generic", [KERNELS_NEON] = "neon",     [KERNELS_NEONBF16] = "neonbf16",
        [KERNELS_AVX2] = "avx2",       [KERNELS_AVX512] = "avx512", [KERNELS_AVX512BF16] = "avx512bf16",
        [KERNELS_AMX] = "amx",
    };
    const kernel_class classes = sizeof names / sizeof *names;
    for (int i = 1; i < count; i++) {
        bool isKnown = false;
        for (kernel_class level = 0; level < classes; level++) {
            if (strcmp(names[level], arguments[i]) != 0) continue;
            isKnown = true;
            if (!kernels_of_class(level)) {
                fprintf(stderr, "products: this processor is not of class %s\n", arguments[i]);
                return 1;
            }
        }
        if (!isKnown) {
            fprintf(stderr, "products: there is no class %s; known are those that `synesthesia env` names\n", arguments[i]);
            return 64;
        }
    }
    for (int part = 0; part < 2; part++) {
        puts(part == 0 ? "| class | numbers | rows × inputs × outputs | GFLOP/s | weights from memory | of a loop that only "
                         "multiplies | from memory |\n| --- | --- | --- | ---: | ---: | ---: | ---: |"
                       : "\n| class | weights | rows | GB/s of weights | GFLOP/s | of the loop that would take longer |\n"
                         "| --- | --- | ---: | ---: | ---: | ---: |");
        for (kernel_class level = 0; level < classes; level++) {
            bool isWanted = count == 1;
            for (int i = 1; i < count; i++) isWanted |= strcmp(names[level], arguments[i]) == 0;
            const kernel_table *table = isWanted ? kernels_of_class(level) : NULL;
            for (kernel_type type = KERNEL_F32; table && type <= KERNEL_INT8; type++) {
                if (part == 0 && table->gemm && type != KERNEL_INT8) products_of_many_rows(table, names[level], type);
                if (part == 1 && table->skinny_gemm) products_of_few_rows(table, names[level], type);
            }
        }
    }
    return 0;
}
