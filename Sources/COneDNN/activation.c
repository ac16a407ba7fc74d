// Activations.
#include "Primitive.h"

static const syn_op *activation(bool backward, syn_activation act, int64_t count) {
    key k = {.used = 0};
    syn_put(&k, 5 + backward);
    syn_put(&k, act);
    syn_put(&k, count);
    const syn_op *known = syn_find(&k);
    if (known || !syn_ready()) return known;
    dnnl_alg_kind_t kind;
    float alpha;
    syn_view flat = {.rank = 1, .type = SYN_F32, .dims = {count}, .strides = {1}};
    dnnl_memory_desc_t md = {0};
    dnnl_primitive_desc_t pd = NULL, hint = NULL;
    dnnl_primitive_attr_t attr = NULL;
    if (!syn_activation_kind(act, &kind, &alpha) || !syn_describe(&md, &flat, false)) return NULL;
    if (!syn_attributes(&attr, SYN_IDENTITY)) {
        syn_forget(&md);
        return NULL;
    }
#if DNNL_VERSION_MAJOR >= 3
    dnnl_status_t status = dnnl_eltwise_forward_primitive_desc_create(
        backward ? &hint : &pd, syn_engine, dnnl_forward_training, kind, md, md, alpha, 0.0f, attr);
    if (status == dnnl_success && backward)
        status = dnnl_eltwise_backward_primitive_desc_create(&pd, syn_engine, kind, md, md, md, alpha, 0.0f, hint, attr);
#else
    dnnl_eltwise_desc_t desc;
    dnnl_status_t status = dnnl_eltwise_forward_desc_init(&desc, dnnl_forward_training, kind, &md, alpha, 0.0f);
    if (status == dnnl_success) status = dnnl_primitive_desc_create(backward ? &hint : &pd, &desc, attr, syn_engine, NULL);
    if (status == dnnl_success && backward) {
        status = dnnl_eltwise_backward_desc_init(&desc, kind, &md, &md, alpha, 0.0f);
        if (status == dnnl_success) status = dnnl_primitive_desc_create(&pd, &desc, attr, syn_engine, hint);
    }
#endif
    if (hint) dnnl_primitive_desc_destroy(hint);
    dnnl_primitive_attr_destroy(attr);
    syn_forget(&md);
    if (syn_failed("prepare an activation", status)) return NULL;
    const int arguments[2][4] = {
        {DNNL_ARG_SRC, 0, 0, DNNL_ARG_DST},
        {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, 0, DNNL_ARG_DIFF_SRC},
    };
    return syn_keep(&k, pd, arguments[backward], -1, NULL, NULL);
}

const syn_op *syn_activation_forward(syn_activation act, int64_t count) { return activation(false, act, count); }
const syn_op *syn_activation_backward(syn_activation act, int64_t count) { return activation(true, act, count); }
