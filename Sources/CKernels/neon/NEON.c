// The class of all arm64 processors: NEON, whose products and sums fuse.
#if defined(__aarch64__)
#include "../Tables.h"
#include "../simd/SkinnyGemm.h"
#include "../simd/Gemm.h"
#include "../simd/FlashAttention.h"
#include "../simd/Table.h"

void fill_neon(kernel_table *table) {
    fill_simd(table);
    table->skinny_gemm = &simd_skinny_gemm;
    table->gemm = &simd_gemm;
    table->flash_attention_f32 = &flash_attention_f32;
    table->flash_attention_bf16 = &flash_attention_bf16;
}

#endif
