// The only place that asks the processor what it has.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "Tables.h"

static bool processor_has(kernel_class level) {
#if defined(__x86_64__)
    const bool avx512 = __builtin_cpu_supports("x86-64-v4");
    switch (level) {
    case KERNELS_GENERIC: return true;
    case KERNELS_AVX2: return __builtin_cpu_supports("x86-64-v3");
    case KERNELS_AVX512: return avx512;
    case KERNELS_AVX512BF16:
        return avx512 && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vnni");
    }
    return false;
#else
    return level == KERNELS_GENERIC;
#endif
}

// All classes by number, from the least to the best; those of other processors have nothing to fill in.
static const struct {
    const char *name;
    void (*fill)(kernel_table *table);
} classes[] = {
    [KERNELS_GENERIC] = {"generic", fill_generic},
#if defined(__x86_64__)
    [KERNELS_AVX2] = {"avx2", fill_avx2},
    [KERNELS_AVX512] = {"avx512", fill_avx512},
    [KERNELS_AVX512BF16] = {"avx512bf16", fill_avx512bf16},
#else
    [KERNELS_AVX2] = {"avx2", NULL},
    [KERNELS_AVX512] = {"avx512", NULL},
    [KERNELS_AVX512BF16] = {"avx512bf16", NULL},
#endif
};
enum { class_count = sizeof classes / sizeof *classes };

static pthread_once_t filled = PTHREAD_ONCE_INIT;
static kernel_table tables[class_count];
static const kernel_table *chosen;
static const char *unknown_limit;
static bool limited;

static void fill(void) {
    for (int i = 0; i < class_count; i++) {
        if (i > 0) tables[i] = tables[i - 1];
        tables[i].level = i;
        tables[i].name = classes[i].name;
        if (classes[i].fill) classes[i].fill(&tables[i]);
    }
    int most = class_count - 1;
    const char *limit = getenv("SYNESTHESIA_ISA");
    if (limit && *limit) {
        int named = most;
        while (named >= 0 && strcmp(classes[named].name, limit)) named--;
        if (named >= 0) most = named, limited = true;
        else unknown_limit = strdup(limit);
    }
    while (!processor_has(most)) most--;
    chosen = &tables[most];
}

const kernel_table *kernels_here(void) {
    pthread_once(&filled, fill);
    return chosen;
}

const kernel_table *kernels_of_class(kernel_class level) {
    pthread_once(&filled, fill);
    return level >= 0 && level < class_count && processor_has(level) ? &tables[level] : NULL;
}

bool kernels_prefer_bf16(void) {
    if (kernels_here()->level != KERNELS_AVX512BF16) return false;
#if defined(__x86_64__)
    return !__builtin_cpu_supports("amx-bf16");
#else
    return false;
#endif
}

bool kernels_are_limited(void) {
    pthread_once(&filled, fill);
    return limited;
}

const char *kernels_unknown_limit(void) {
    pthread_once(&filled, fill);
    return unknown_limit;
}
