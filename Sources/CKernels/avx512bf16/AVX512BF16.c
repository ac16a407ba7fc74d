// The class of processors with AVX-512, its bfloat16 and its whole-number products.
#if defined(__x86_64__)
#include "../Tables.h"
#include "Tables.h"

void fill_avx512bf16(kernel_table *table) {
    table->attend_f32 = avx512bf16_attend_f32;
    table->attend_bf16 = avx512bf16_attend_bf16;
    table->flash_attention_bf16 = &avx512bf16_flash_attention;
    table->skinny_gemm = &avx512bf16_skinny_gemm;
    table->gemm = &avx512bf16_gemm;
}

#endif
