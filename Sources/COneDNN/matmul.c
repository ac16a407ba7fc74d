// Matrix products.
#include "Primitive.h"

const syn_op *syn_matmul(
    const syn_view *a, const syn_view *b, const syn_view *c, bool bias, syn_activation act, bool b_is_packed) {
    key k = {.used = 0};
    syn_put(&k, 1);
    syn_put(&k, bias | b_is_packed << 1 | act << 2);
    syn_put_view(&k, a);
    syn_put_view(&k, b);
    syn_put_view(&k, c);
    const syn_op *known = syn_find(&k);
    if (known || !syn_ready()) return known;

    dnnl_memory_desc_t am = {0}, bm = {0}, cm = {0}, biasm = {0};
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t pd = NULL;
    if (syn_describe(&am, a, false) && syn_describe(&bm, b, b_is_packed) && syn_describe(&cm, c, false)
        && (!bias || syn_describe_bias(&biasm, c->rank, c->dims[c->rank - 1], c->rank - 1))
        && syn_attributes(&attr, act)) {
#if DNNL_VERSION_MAJOR >= 3
        dnnl_status_t status = dnnl_matmul_primitive_desc_create(&pd, syn_engine, am, bm, bias ? biasm : NULL, cm, attr);
#else
        dnnl_matmul_desc_t desc;
        dnnl_status_t status = dnnl_matmul_desc_init(&desc, &am, &bm, bias ? &biasm : NULL, &cm);
        if (status == dnnl_success) status = dnnl_primitive_desc_create(&pd, &desc, attr, syn_engine, NULL);
#endif
        if (syn_failed("prepare a matrix product", status)) pd = NULL;
    }
    if (attr) dnnl_primitive_attr_destroy(attr);
    syn_forget(&am);
    syn_forget(&bm);
    syn_forget(&cm);
    syn_forget(&biasm);
    if (!pd) return NULL;
    const int arguments[4] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, bias ? DNNL_ARG_BIAS : 0, DNNL_ARG_DST};
    return syn_keep(&k, pd, arguments, b_is_packed ? 1 : -1, b, NULL);
}
