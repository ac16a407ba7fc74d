// oneDNN's syn_engine, and what each thread has of its own.
#include <stdio.h>
#include <stdlib.h>

#include "Kernels.h"
#include "Primitive.h"

// What each thread has of its own: oneDNN's working memory belongs to the thread that runs a primitive, so
// that one primitive may run on several at once, whichever thread made it.
typedef struct {
    dnnl_stream_t stream;
    void *scratch;
    size_t scratch_size;
} workplace;

static __thread char error_text[256];
static __thread workplace *mine;
static pthread_key_t workplaces;
static pthread_once_t started = PTHREAD_ONCE_INIT;
dnnl_engine_t syn_engine;

const char *syn_last_error(void) { return error_text; }

bool syn_failed(const char *what, dnnl_status_t status) {
    if (status == dnnl_success) return false;
    snprintf(error_text, sizeof error_text, "oneDNN could not %s (status %d)", what, (int)status);
    return true;
}

static void leave(void *place) {
    workplace *w = place;
    if (w->stream) dnnl_stream_destroy(w->stream);
    free(w->scratch);
    free(w);
    mine = NULL;
}

// oneDNN keeps to the instructions that our own kernels are limited to.
static void limit(void) {
#if defined(__x86_64__)
    if (!kernels_are_limited()) return;
    switch (kernels_here()->level) {
    case KERNELS_NEON:
    case KERNELS_NEONBF16:
    case KERNELS_AMX: break;   // there is nothing better to keep from
    case KERNELS_GENERIC: dnnl_set_max_cpu_isa(dnnl_cpu_isa_sse41); break;
    case KERNELS_AVX2: dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2); break;
    case KERNELS_AVX512: dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx512_core); break;
    case KERNELS_AVX512BF16: dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx512_core_bf16); break;
    }
#endif
}

static void start(void) {
    limit();
    if (pthread_key_create(&workplaces, leave)) return;
    if (syn_failed("start", dnnl_engine_create(&syn_engine, dnnl_cpu, 0))) syn_engine = NULL;
}

bool syn_ready(void) {
    pthread_once(&started, start);
    if (!syn_engine) return !syn_failed("start", dnnl_runtime_error);
    if (mine) return true;
    workplace *w = calloc(1, sizeof *w);
    if (!w) return !syn_failed("start a thread", dnnl_out_of_memory);
    if (syn_failed("make a stream", dnnl_stream_create(&w->stream, syn_engine, dnnl_stream_default_flags))) {
        free(w);
        return false;
    }
    pthread_setspecific(workplaces, w);
    mine = w;
    return true;
}

dnnl_stream_t syn_stream(void) { return mine->stream; }

void *syn_scratch(size_t size) {
    if (size > mine->scratch_size) {
        free(mine->scratch);
        mine->scratch_size = (size + 4095) / 4096 * 4096;
        mine->scratch = aligned_alloc(64, mine->scratch_size);
        if (!mine->scratch) mine->scratch_size = 0;
    }
    return mine->scratch;
}

void syn_version(int *major, int *minor, int *patch) {
    const dnnl_version_t *v = dnnl_version();
    *major = v->major;
    *minor = v->minor;
    *patch = v->patch;
}

bool syn_has_native_bf16(void) {
#if defined(__x86_64__)
    // Instruction sets are sets of bits: those with bf16 products contain all bits of the first that had them.
    pthread_once(&started, start);   // the limit first: what oneDNN has once told it keeps to
    const unsigned first = dnnl_cpu_isa_avx512_core_bf16;
    return ((unsigned)dnnl_get_effective_cpu_isa() & first) == first;
#else
    return false;
#endif
}
