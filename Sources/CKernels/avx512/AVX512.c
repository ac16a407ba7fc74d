// The class of processors with AVX-512 as x86-64-v4 has it.
#if defined(__x86_64__)
#include "../Tables.h"
#include <immintrin.h>

#include "../simd/System.h"

#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx512bw,avx512cd,avx512dq,avx512vl,bmi,bmi2,cx16,f16c,fma,lzcnt,movbe,popcnt,sahf"))), apply_to = function)
// Of the thirty-two registers of sixteen floats twenty-four are sums.
#define SKINNY_TILE_ROWS 12
#define SKINNY_WHOLE_ROWS 12
#define SKINNY_AHEAD 4096   // as measured on an Intel Xeon, where nothing nearer was tried
#define GEMM_TILE_ROWS 12
#define GEMM_TILE_STRIPS 2
#include "../simd/SkinnyPairs.h"
#include "../simd/SkinnyGemm.h"
#include "../simd/Gemm.h"
#include "../simd/FlashAttention.h"
#include "../simd/Table.h"
#pragma clang attribute pop

void fill_avx512(kernel_table *table) {
    fill_simd(table);
    table->skinny_gemm = &simd_skinny_gemm;
    table->gemm = &simd_gemm;
    table->flash_attention_f32 = &flash_attention_f32;
    table->flash_attention_bf16 = &flash_attention_bf16;
}

#endif
