// A class's table is the one of the class below with what its folder has better: each folder's function writes that over.
#ifndef KERNELS_TABLES_H
#define KERNELS_TABLES_H

#include "include/Kernels.h"

void fill_generic(kernel_table *table);
#if defined(__x86_64__)
void fill_avx2(kernel_table *table);
void fill_avx512(kernel_table *table);
void fill_avx512bf16(kernel_table *table);
void fill_amx(kernel_table *table);
#elif defined(__aarch64__)
void fill_neon(kernel_table *table);
#endif

#endif
