// How arrays lie in memory, and the numbers of the ways in which weights are packed.
#include <stdlib.h>

#include "Primitive.h"

static dnnl_data_type_t type_of(syn_type t) { return t == SYN_BF16 ? dnnl_bf16 : dnnl_f32; }

bool syn_describe(dnnl_memory_desc_t *md, const syn_view *v, bool any) {
    dnnl_dims_t dims = {0}, strides = {0};
    for (int i = 0; i < v->rank; i++) {
        dims[i] = v->dims[i];
        strides[i] = v->strides[i];
    }
#if DNNL_VERSION_MAJOR >= 3
    dnnl_status_t status = any
        ? dnnl_memory_desc_create_with_tag(md, v->rank, dims, type_of(v->type), dnnl_format_tag_any)
        : dnnl_memory_desc_create_with_strides(md, v->rank, dims, type_of(v->type), strides);
#else
    dnnl_status_t status = any
        ? dnnl_memory_desc_init_by_tag(md, v->rank, dims, type_of(v->type), dnnl_format_tag_any)
        : dnnl_memory_desc_init_by_strides(md, v->rank, dims, type_of(v->type), strides);
#endif
    return !syn_failed("describe an array", status);
}

bool syn_describe_bias(dnnl_memory_desc_t *md, int rank, int64_t count, int axis) {
    syn_view v = {.rank = rank, .type = SYN_F32};
    for (int i = 0; i < rank; i++) {
        v.dims[i] = i == axis ? count : 1;
        v.strides[i] = i < axis ? count : 1;
    }
    return syn_describe(md, &v, false);
}

void syn_forget(dnnl_memory_desc_t *md) {
#if DNNL_VERSION_MAJOR >= 3
    if (*md) dnnl_memory_desc_destroy(*md);
    *md = NULL;
#else
    (void)md;
#endif
}

static bool layouts_equal(layout a, layout b) { return dnnl_memory_desc_equal(a, b); }

bool syn_copy_layout(dnnl_memory_desc_t *to, layout from) {
#if DNNL_VERSION_MAJOR >= 3
    return !syn_failed("copy a layout", dnnl_memory_desc_clone(to, from));
#else
    *to = *from;
    return true;
#endif
}

// Both ends decide what is packed: a square matrix and its transpose may share the packed layout.
typedef struct {
    dnnl_memory_desc_t plain, packed;
} packing;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static packing *packings;
static size_t packing_count;

// One entry for each weights' shape and layout of the process: as many as its models have, so all are kept.
uint64_t syn_packing_number(layout plain, layout packed) {
    uint64_t number = 0;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < packing_count && !number; i++)
        if (layouts_equal(LAYOUT(packings[i].plain), plain) && layouts_equal(LAYOUT(packings[i].packed), packed)) number = i + 1;
    if (!number) {
        packing *larger = realloc(packings, sizeof *packings * (packing_count + 1));
        if (larger) packings = larger;
        packing new = {0};
        if (larger && syn_copy_layout(&new.plain, plain) && syn_copy_layout(&new.packed, packed)) {
            packings[packing_count++] = new;
            number = packing_count;
        } else {
            syn_forget(&new.plain);
        }
    }
    pthread_mutex_unlock(&lock);
    return number;
}

