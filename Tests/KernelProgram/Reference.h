// Numbers for the kernels, and what their results are held against.
#ifndef KERNEL_PROGRAM_REFERENCE_H
#define KERNEL_PROGRAM_REFERENCE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "Kernels.h"

static int checked, wrong;

static float wide(uint16_t x) {
    const uint32_t bits = (uint32_t)x << 16;
    float y;
    memcpy(&y, &bits, 4);
    return y;
}

static double cdf(double x) { return 0.5 * erfc(-x * 0.70710678118654752); }

// Memory for so many floats, never given back: the program is short.
static float *room(size_t count) { return aligned_alloc(64, (count * 4 + 191) / 64 * 64); }

// Numbers from −2 to 2, the same on every machine.
static float *floats(size_t count, uint32_t seed) {
    float *x = room(count);
    uint32_t state = seed * 2654435761u + 12345;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (float)(int32_t)(state >> 8) * 0x1p-22f - 2;
    }
    return x;
}

static uint16_t *shorts(size_t count, uint32_t seed) {
    const float *x = floats(count, seed);
    uint16_t *y = (uint16_t *)room(count);
    for (size_t i = 0; i < count; i++) memcpy(y + i, (const char *)(x + i) + 2, 2);
    return y;
}

// A number of all bytes (FNV-1a).
static uint32_t bits_of(const void *bytes, size_t count, uint32_t number) {
    const unsigned char *b = bytes;
    for (size_t i = 0; i < count; i++) number = (number ^ b[i]) * 16777619u;
    return number;
}

static void told(const char *name, int size, uint32_t bits) { printf("%s %d %08x\n", name, size, bits); }

// Every number within `tolerance` of the largest.
static void check(const char *name, int size, const float *found, const double *expected, size_t count, double tolerance) {
    double largest = 0, miss = 0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(expected[i]));
        const double own = fabs(found[i] - expected[i]);
        miss = own <= miss ? miss : own;   // what is not a number counts
    }
    checked++;
    if (!(miss <= tolerance * largest)) {
        wrong++;
        fprintf(stderr, "%s %d: off by %g of %g\n", name, size, miss, largest);
    }
    told(name, size, bits_of(found, count * 4, 2166136261u));
}

static void check_shorts(
    const char *name, int size, const uint16_t *found, const double *expected, size_t count, double tolerance) {
    float *own = room(count);
    for (size_t i = 0; i < count; i++) own[i] = wide(found[i]);
    check(name, size, own, expected, count, tolerance);
}

#include "Products.h"

#endif
