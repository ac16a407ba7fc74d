// The class of processors with tiles of bfloat16 numbers.
#if defined(__x86_64__)
#include "../Tables.h"
#include "../avx512bf16/Epilogue.h"
#include "../avx512bf16/Tables.h"
#include <immintrin.h>

#include "../simd/System.h"

#pragma clang attribute push(                                                                                          \
    __attribute__((target("amx-tile,amx-bf16,avx512bw,avx512cd,avx512dq,avx512vl,avx512bf16,bmi,bmi2,cx16,f16c,fma,"     \
                          "lzcnt,movbe,popcnt,prfchw,sahf"))), apply_to = function)
#include "TileGemm.h"
#include "TileSkinnyGemm.h"
#pragma clang attribute pop

// Panels of Float32 numbers are the narrower ones of AVX-512.
static size_t room_of(size_t rows, size_t units) {
    const size_t tiles = tiles_room(rows, units), registers = avx512bf16_gemm.room(rows, units);
    return tiles > registers ? tiles : registers;
}

static void run(const gemm *p, size_t number, size_t next, size_t from, size_t to, void *room) {
    if (p->type == KERNEL_BF16) return tiles_run_product(p, number, next, from, to, room);
    const size_t each = tiles_columns / avx512bf16_gemm.columns;
    for (size_t i = 0; i < each; i++) {
        const size_t own = number * each + i;
        if (own * avx512bf16_gemm.columns >= p->outs) return;
        avx512bf16_gemm.run(p, own, i + 1 < each ? own + 1 : next * each, from, to, room);
    }
}

static const gemm_kernels amx_gemm = {.columns = tiles_columns, .room = room_of, .run = run};

static size_t skinny_room(size_t rows, size_t units, kernel_type type) {
    return type == KERNEL_BF16 ? tiles_skinny_room(rows) : avx512bf16_skinny_gemm.room(rows, units, type);
}

static void run_skinny(const skinny_gemm *p, size_t from, size_t to, size_t after, void *room) {
    if (p->type == KERNEL_BF16) tiles_run_skinny(p, from, to, room);
    else avx512bf16_skinny_gemm.run(p, from, to, after, room);
}

void fill_amx(kernel_table *table) {
    static skinny_gemm_kernels amx_skinny_gemm;   // panels are those of AVX-512
    amx_skinny_gemm = avx512bf16_skinny_gemm;
    amx_skinny_gemm.room = skinny_room;
    amx_skinny_gemm.run = run_skinny;
    table->gemm = &amx_gemm;
    table->skinny_gemm = &amx_skinny_gemm;
}

#endif
