// Four-byte elements turned over in the compiler's vectors, for kernels that bring weights into another order.
#ifndef KERNELS_SIMD_TURN_H
#define KERNELS_SIMD_TURN_H

#include <stdint.h>

#define TURN_UNROLL _Pragma("clang loop unroll(full)")

typedef uint32_t words __attribute__((vector_size(64), aligned(4)));

// Sixteen rows of sixteen four-byte elements, turned over where they are.
static inline __attribute__((always_inline)) void turn_words(words *v) {
    words a[16];
#define LOW(x, y) __builtin_shufflevector(x, y, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH(x, y) __builtin_shufflevector(x, y, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define LOW_PAIR(x, y) __builtin_shufflevector(x, y, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define HIGH_PAIR(x, y) __builtin_shufflevector(x, y, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define EVEN_QUARTERS(x, y) __builtin_shufflevector(x, y, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define ODD_QUARTERS(x, y) __builtin_shufflevector(x, y, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
    TURN_UNROLL for (int i = 0; i < 8; i++) {
        a[2 * i] = LOW(v[2 * i], v[2 * i + 1]);
        a[2 * i + 1] = HIGH(v[2 * i], v[2 * i + 1]);
    }
    TURN_UNROLL for (int i = 0; i < 4; i++) {
        v[4 * i] = LOW_PAIR(a[4 * i], a[4 * i + 2]);
        v[4 * i + 1] = HIGH_PAIR(a[4 * i], a[4 * i + 2]);
        v[4 * i + 2] = LOW_PAIR(a[4 * i + 1], a[4 * i + 3]);
        v[4 * i + 3] = HIGH_PAIR(a[4 * i + 1], a[4 * i + 3]);
    }
    // Quarter q of v[4·i + j] now holds column 4·q + j of rows 4·i ..< 4·i + 4.
    TURN_UNROLL for (int j = 0; j < 4; j++) {
        const words even = EVEN_QUARTERS(v[j], v[4 + j]), odd = ODD_QUARTERS(v[j], v[4 + j]);
        const words even2 = EVEN_QUARTERS(v[8 + j], v[12 + j]), odd2 = ODD_QUARTERS(v[8 + j], v[12 + j]);
        a[j] = EVEN_QUARTERS(even, even2);
        a[8 + j] = ODD_QUARTERS(even, even2);
        a[4 + j] = EVEN_QUARTERS(odd, odd2);
        a[12 + j] = ODD_QUARTERS(odd, odd2);
    }
    TURN_UNROLL for (int i = 0; i < 16; i++) v[i] = a[i];
#undef LOW
#undef HIGH
#undef LOW_PAIR
#undef HIGH_PAIR
#undef EVEN_QUARTERS
#undef ODD_QUARTERS
}

#endif
