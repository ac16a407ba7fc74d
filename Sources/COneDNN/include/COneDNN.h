// A small C face over oneDNN 2.6 and 3.x: the products, convolutions and activations of the networks, each
// prepared once for its shapes and kept, and the OpenMP pool that oneDNN's own threads come from.
#ifndef SYNESTHESIA_CONEDNN_H
#define SYNESTHESIA_CONEDNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { SYN_F32 = 0, SYN_BF16 = 1 } syn_type;

typedef enum {
    SYN_IDENTITY = 0,
    SYN_RELU = 1,
    SYN_GELU_ERF = 2,
    SYN_QUICK_GELU = 3,  // x * sigmoid(1.702 x)
    SYN_SILU = 4,
    SYN_TANH = 5,
    SYN_SIGMOID = 6,
    SYN_GELU_TANH = 7,
} syn_activation;

// An array in memory: up to five axes, element strides.
typedef struct {
    int32_t rank;
    syn_type type;
    int64_t dims[5];
    int64_t strides[5];
} syn_view;

typedef struct {
    int64_t stride_h, stride_w;
    int64_t top, left, bottom, right;
} syn_window;

// A primitive prepared for certain shapes. It belongs to the shim's own cache, which keeps the 2048 used last;
// one that was answered stays valid until syn_release, and may run on several threads at once.
typedef struct syn_op syn_op;

void syn_release(const syn_op *op);

// How many operations the cache holds, and how many it keeps at most (more only while all are in use).
int syn_kept_operations(void);
int syn_most_operations(void);

// What oneDNN could not do when it last answered NULL or false on this thread, and its status.
const char *syn_last_error(void);

// c = act(a b + bias). b_is_packed: b arrives in the layout of syn_pack.
const syn_op *syn_matmul(
    const syn_view *a, const syn_view *b, const syn_view *c, bool bias, syn_activation act, bool b_is_packed);

// Convolution of src [n, c, h, w] (any strides, so channels-last too) with weights [o, i, kh, kw].
// Weights arrive in the layout of syn_pack (forward and backward_data). winograd: by Winograd's short products where
// oneDNN has them, which take images in a layout of their own and are brought there and back.
const syn_op *syn_convolution_forward(
    const syn_view *src, const syn_view *weights, const syn_view *dst, const syn_window *window, bool bias,
    syn_activation act, bool winograd);
const syn_op *syn_convolution_backward_data(
    const syn_view *diff_src, const syn_view *weights, const syn_view *diff_dst, const syn_window *window);
// Writes the weights' gradient in the layout that syn_unpack turns back into the plain one.
const syn_op *syn_convolution_backward_weights(
    const syn_view *src, const syn_view *diff_weights, const syn_view *diff_dst, const syn_window *window, bool bias);

// Element-wise on count Float32 elements; backward takes the forward's input.
const syn_op *syn_activation_forward(syn_activation act, int64_t count);
const syn_op *syn_activation_backward(syn_activation act, int64_t count);

// The packed form of an operation's weights: its size in bytes, a number that is equal for equal layouts,
// and the way there and (for weights' gradients) back.
size_t syn_packed_size(const syn_op *op);
uint64_t syn_packed_layout(const syn_op *op);
bool syn_pack(const syn_op *op, const void *plain, void *packed);
bool syn_unpack(const syn_op *op, const void *packed, void *plain);

// Runs an operation. Arguments: matmul a, b, bias, c; convolution src, weights, bias, dst (backward data:
// diff_dst, weights, NULL, diff_src; backward weights: src, diff_dst, diff_bias, diff_weights);
// activation src, NULL, NULL, dst (backward: src, diff_dst, NULL, diff_src).
bool syn_run(const syn_op *op, const void *first, const void *second, void *third, void *last);

void syn_version(int *major, int *minor, int *patch);
// Whether oneDNN multiplies BFloat16 on this processor at all, natively or not.
bool syn_multiplies_bf16(void);
// Whether Float32 convolutions by Winograd's short products are to be had: oneDNN has them for some processors.
bool syn_has_winograd(void);
// Whether the processor multiplies BFloat16 natively.
bool syn_has_native_bf16(void);

// oneDNN's OpenMP pool. body is called once for each part, by as many threads as the pool grants. Threads that
// call at once each get a team of their own; a call from inside a body runs its one part where it is.
void syn_set_thread_count(int count);
int syn_thread_count(void);
void syn_parallel(void (*body)(void *context, int part, int parts), void *context);

// Deals out count items, one after another, to whichever thread of the pool is free, to so many threads at most;
// thread < threads tells apart those that work at once.
void syn_deal(size_t count, int threads, void (*body)(void *context, size_t item, int thread), void *context);

#endif
