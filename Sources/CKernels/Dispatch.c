// The only place that asks the processor what it has.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "Tables.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

#if defined(__x86_64__)
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

// Tiles are 8 KB of a thread's state, which Linux keeps only for processes that have asked.
static bool tiles_are_allowed(void) {
#if defined(__linux__)
    enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
    return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
#else
    return false;
#endif
}
#endif

static bool processor_has(kernel_class level) {
#if defined(__x86_64__)
    const bool avx512 = __builtin_cpu_supports("x86-64-v4");
    const bool bf16 = avx512 && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vnni");
    switch (level) {
    case KERNELS_GENERIC: return true;
    case KERNELS_NEON:
    case KERNELS_NEONBF16: return false;
    case KERNELS_AVX2: return __builtin_cpu_supports("x86-64-v3");
    case KERNELS_AVX512: return avx512;
    case KERNELS_AVX512BF16: return bf16;
    case KERNELS_AMX: return bf16 && __builtin_cpu_supports("amx-bf16") && tiles_are_allowed();
    }
    return false;
#elif defined(__aarch64__)
    if (level == KERNELS_NEONBF16) {
#if defined(__linux__)
        const unsigned long both = 1ul << 14 | 1ul << 13;   // HWCAP2_BF16, HWCAP2_I8MM
        return (getauxval(AT_HWCAP2) & both) == both;
#else
        return false;
#endif
    }
    return level <= KERNELS_NEON;
#else
    return level == KERNELS_GENERIC;
#endif
}

#if defined(__x86_64__)
#define OF_X86(fill) fill
#define OF_ARM(fill) NULL
#elif defined(__aarch64__)
#define OF_X86(fill) NULL
#define OF_ARM(fill) fill
#else
#define OF_X86(fill) NULL
#define OF_ARM(fill) NULL
#endif

// All classes by number, from the least to the best; those of other processors have nothing to fill in.
//
// Whether models are run in bf16 where nobody chose was measured where it says true. avx512bf16: Zen 5, 0.9 TFLOP/s
// against 0.5 in f32. amx: an Intel Xeon, 0.74 TFLOP/s by tiles against 0.15 in f32, one thread.
static const struct {
    const char *name;
    void (*fill)(kernel_table *table);
    bool prefers_bf16;
} classes[] = {
    [KERNELS_GENERIC] = {"generic", fill_generic, false},
    [KERNELS_NEON] = {"neon", OF_ARM(fill_neon), false},
    [KERNELS_NEONBF16] = {"neonbf16", NULL, false},
    [KERNELS_AVX2] = {"avx2", OF_X86(fill_avx2), false},
    [KERNELS_AVX512] = {"avx512", OF_X86(fill_avx512), false},
    [KERNELS_AVX512BF16] = {"avx512bf16", OF_X86(fill_avx512bf16), true},
    [KERNELS_AMX] = {"amx", OF_X86(fill_amx), true},
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
        if (named >= 0 && processor_has(named)) most = named, limited = true;
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

bool kernels_prefer_bf16(void) { return classes[kernels_here()->level].prefers_bf16; }

bool kernels_are_limited(void) {
    pthread_once(&filled, fill);
    return limited;
}

const char *kernels_unknown_limit(void) {
    pthread_once(&filled, fill);
    return unknown_limit;
}
