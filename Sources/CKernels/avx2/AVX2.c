// The class of processors with AVX2 and fused multiply-add.
#if defined(__x86_64__)
#include "../Tables.h"
#include <immintrin.h>

#include "../simd/System.h"

#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx2,bmi,bmi2,cx16,f16c,fma,lzcnt,movbe,popcnt,sahf"))), apply_to = function)
#include "../simd/SkinnyPairs.h"
#include "../simd/SkinnyGemm.h"
#include "../simd/Gemm.h"
#include "../simd/FlashAttention.h"
#include "../simd/Table.h"
#pragma clang attribute pop

void fill_avx2(kernel_table *table) {
    fill_simd(table);
    table->skinny_gemm = &simd_skinny_gemm;
    table->gemm = &simd_gemm;
    table->flash_attention_f32 = &flash_attention_f32;
    table->flash_attention_bf16 = &flash_attention_bf16;
}

#endif
