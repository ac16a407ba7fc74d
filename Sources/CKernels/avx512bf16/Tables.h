// What this folder's files give to its table.
#ifndef KERNELS_AVX512BF16_TABLES_H
#define KERNELS_AVX512BF16_TABLES_H

#include "../include/Kernels.h"

extern const gemm_kernels avx512bf16_gemm;
extern const skinny_gemm_kernels avx512bf16_skinny_gemm;
extern const flash_attention_kernels avx512bf16_flash_attention;

void avx512bf16_attend_f32(
    const float *query, const float *keys, const float *values, size_t count, size_t size, float scale,
    const float *next, float *scores, float *out);
void avx512bf16_attend_bf16(
    const uint16_t *query, const uint16_t *keys, const uint16_t *values, size_t count, size_t size, float scale,
    const uint16_t *next, float *scores, float *out);

#endif
