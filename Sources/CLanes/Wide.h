// What the kernels for processors with AVX-512 and its bfloat16 and whole-number products share.
#ifndef CLANES_WIDE_H
#define CLANES_WIDE_H

#include <immintrin.h>
#include <stddef.h>

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx512vnni")))
#define TILE WIDE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

#endif
