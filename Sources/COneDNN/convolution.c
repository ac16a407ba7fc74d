// Convolutions of images, forward and backward.
#include "Primitive.h"

typedef enum { forward, backward_data, backward_weights } direction;

// Images by Winograd's short products, in whatever layout those take; NULL where oneDNN does not have them.
static dnnl_primitive_desc_t winograd_description(
    const syn_view *src, layout weights, const syn_view *dst, const syn_window *window, layout bias,
    const_dnnl_primitive_attr_t attr) {
    const dnnl_dims_t strides = {window->stride_h, window->stride_w};
    const dnnl_dims_t before = {window->top, window->left}, after = {window->bottom, window->right};
    const dnnl_alg_kind_t kind = dnnl_convolution_winograd;
    dnnl_memory_desc_t from = {0}, to = {0};
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t status = dnnl_runtime_error;
    if (syn_describe(&from, src, true) && syn_describe(&to, dst, true)) {
#if DNNL_VERSION_MAJOR >= 3
        const dnnl_dims_t dilation = {0, 0};
        status = dnnl_convolution_forward_primitive_desc_create(
            &pd, syn_engine, dnnl_forward_inference, kind, from, weights, bias, to, strides, dilation, before, after, attr);
#else
        dnnl_convolution_desc_t desc;
        status = dnnl_convolution_forward_desc_init(
            &desc, dnnl_forward_inference, kind, &from, weights, bias, &to, strides, before, after);
        if (status == dnnl_success) status = dnnl_primitive_desc_create(&pd, &desc, attr, syn_engine, NULL);
#endif
    }
    syn_forget(&from);
    syn_forget(&to);
    return status == dnnl_success ? pd : NULL;
}

static const syn_op *convolution(
    direction way, const syn_view *src, const syn_view *weights, const syn_view *dst, const syn_window *window,
    bool bias, syn_activation act, bool winograd) {
    key k = {.used = 0};
    syn_put(&k, 2 + way);
    syn_put(&k, bias | winograd << 1 | act << 2);
    const int64_t places[] = {
        window->stride_h, window->stride_w, window->top, window->left, window->bottom, window->right};
    for (int i = 0; i < 6; i++) syn_put(&k, places[i]);
    syn_put_view(&k, src);
    syn_put_view(&k, weights);
    syn_put_view(&k, dst);
    const syn_op *known = syn_find(&k);
    if (known || !syn_ready()) return known;

    const dnnl_dims_t strides = {window->stride_h, window->stride_w};
    const dnnl_dims_t before = {window->top, window->left}, after = {window->bottom, window->right};
    dnnl_memory_desc_t srcm = {0}, wm = {0}, dstm = {0}, biasm = {0}, hinted = {0};
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t pd = NULL, hint = NULL;
    dnnl_status_t status = dnnl_success;
    // The forward convolution meant has a source of the weights' type, whatever type its gradient takes.
    syn_view meant = *src;
    meant.type = weights->type;
    if (syn_describe(&srcm, src, false) && syn_describe(&wm, weights, true) && syn_describe(&dstm, dst, false)
        && syn_describe(&hinted, &meant, false)
        && (!bias || syn_describe_bias(&biasm, 1, weights->dims[0], 0)) && syn_attributes(&attr, act)) {
        const dnnl_alg_kind_t kind = dnnl_convolution_direct;
        if (winograd) pd = winograd_description(src, LAYOUT(wm), dst, window, bias ? LAYOUT(biasm) : NULL, attr);
        winograd = pd;
#if DNNL_VERSION_MAJOR >= 3
        const dnnl_dims_t dilation = {0, 0};
        if (!winograd) status = dnnl_convolution_forward_primitive_desc_create(
            way == forward ? &pd : &hint, syn_engine, way == forward ? dnnl_forward_inference : dnnl_forward_training, kind,
            hinted, wm, bias ? biasm : NULL, dstm, strides, dilation, before, after, attr);
        if (status == dnnl_success && way == backward_data)
            status = dnnl_convolution_backward_data_primitive_desc_create(
                &pd, syn_engine, kind, srcm, wm, dstm, strides, dilation, before, after, hint, attr);
        if (status == dnnl_success && way == backward_weights)
            status = dnnl_convolution_backward_weights_primitive_desc_create(
                &pd, syn_engine, kind, srcm, wm, bias ? biasm : NULL, dstm, strides, dilation, before, after, hint, attr);
#else
        dnnl_convolution_desc_t desc;
        if (!winograd) status = dnnl_convolution_forward_desc_init(
            &desc, way == forward ? dnnl_forward_inference : dnnl_forward_training, kind, &hinted, &wm,
            bias ? &biasm : NULL, &dstm, strides, before, after);
        if (status == dnnl_success && !winograd)
            status = dnnl_primitive_desc_create(way == forward ? &pd : &hint, &desc, attr, syn_engine, NULL);
        if (status == dnnl_success && way == backward_data) {
            status = dnnl_convolution_backward_data_desc_init(&desc, kind, &srcm, &wm, &dstm, strides, before, after);
            if (status == dnnl_success) status = dnnl_primitive_desc_create(&pd, &desc, attr, syn_engine, hint);
        }
        if (status == dnnl_success && way == backward_weights) {
            status = dnnl_convolution_backward_weights_desc_init(
                &desc, kind, &srcm, &wm, bias ? &biasm : NULL, &dstm, strides, before, after);
            if (status == dnnl_success) status = dnnl_primitive_desc_create(&pd, &desc, attr, syn_engine, hint);
        }
#endif
        if (syn_failed("prepare a convolution", status)) pd = NULL;
    }
    if (hint) dnnl_primitive_desc_destroy(hint);
    if (attr) dnnl_primitive_attr_destroy(attr);
    const int arguments[3][4] = {
        {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, bias ? DNNL_ARG_BIAS : 0, DNNL_ARG_DST},
        {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, 0, DNNL_ARG_DIFF_SRC},
        {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, bias ? DNNL_ARG_DIFF_BIAS : 0, DNNL_ARG_DIFF_WEIGHTS},
    };
    const layout outside[2] = {LAYOUT(srcm), LAYOUT(dstm)};
    const syn_op *made = pd
        ? syn_keep(&k, pd, arguments[way], way == backward_weights ? 3 : 1, weights, winograd ? outside : NULL)
        : NULL;
    syn_forget(&srcm);
    syn_forget(&hinted);
    syn_forget(&wm);
    syn_forget(&dstm);
    syn_forget(&biasm);
    return made;
}

const syn_op *syn_convolution_forward(
    const syn_view *src, const syn_view *weights, const syn_view *dst, const syn_window *window, bool bias,
    syn_activation act, bool winograd) {
    return convolution(forward, src, weights, dst, window, bias, act, winograd);
}

const syn_op *syn_convolution_backward_data(
    const syn_view *diff_src, const syn_view *weights, const syn_view *diff_dst, const syn_window *window) {
    return convolution(backward_data, diff_src, weights, diff_dst, window, false, SYN_IDENTITY, false);
}

const syn_op *syn_convolution_backward_weights(
    const syn_view *src, const syn_view *diff_weights, const syn_view *diff_dst, const syn_window *window, bool bias) {
    return convolution(backward_weights, src, diff_weights, diff_dst, window, bias, SYN_IDENTITY, false);
}
