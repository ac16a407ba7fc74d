// The class of processors with AVX-512 as x86-64-v4 has it.
#if defined(__x86_64__)
#include "../Tables.h"
#include <immintrin.h>

#include "../simd/System.h"

#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx512bw,avx512cd,avx512dq,avx512vl,bmi,bmi2,cx16,f16c,fma,lzcnt,movbe,popcnt,sahf"))), apply_to = function)
#include "../simd/SkinnyPairs.h"
#include "../simd/SkinnyGemm.h"
#include "../simd/Table.h"
#pragma clang attribute pop

void fill_avx512(kernel_table *table) {
    fill_simd(table);
    table->skinny_gemm = &simd_skinny_gemm;
    table->gemm = NULL;   // oneDNN's products are of this class's instructions, those of AVX2 are not
}

#endif
