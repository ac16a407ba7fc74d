// What the files of this folder share: oneDNN's engine, the description of arrays, and operations that are kept.
#ifndef SYNESTHESIA_PRIMITIVE_H
#define SYNESTHESIA_PRIMITIVE_H

#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>

#include "COneDNN.h"

// What differs between the two C interfaces: descriptors are structures in 2.x and handles in 3.x,
// and 3.x has no operation descriptors.
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t layout;
#define LAYOUT(md) (md)
#else
typedef const dnnl_memory_desc_t *layout;
#define LAYOUT(md) (&(md))
#endif

// MARK: engine

extern dnnl_engine_t syn_engine;

// Keeps a sentence for syn_last_error and answers true where the status is not success.
bool syn_failed(const char *what, dnnl_status_t status);
// Starts oneDNN and this thread's stream, once each.
bool syn_ready(void);
// The stream and the working memory of this thread, which has been made ready: at least so large, aligned to a cache line.
dnnl_stream_t syn_stream(void);
void *syn_scratch(size_t size);

// MARK: memory

bool syn_describe(dnnl_memory_desc_t *md, const syn_view *v, bool any);
bool syn_describe_bias(dnnl_memory_desc_t *md, int rank, int64_t count, int axis);
void syn_forget(dnnl_memory_desc_t *md);
bool syn_copy_layout(dnnl_memory_desc_t *to, layout from);
// The number of a way of packing, the same whenever both ends are the same; 0 where memory is short.
uint64_t syn_packing_number(layout plain, layout packed);

// MARK: operations

enum { key_length = 64 };

// What an operation is found by.
typedef struct {
    int64_t words[key_length];
    int used;
} key;

// A primitive with the description it was made from.
typedef struct {
    dnnl_primitive_desc_t description;
    dnnl_primitive_t primitive;
} prepared;

struct syn_op {
    struct syn_op *next;            // in its bucket
    struct syn_op *newer, *older;   // in order of use
    int users;                      // answers handed out and not yet released
    key key;
    prepared run, pack, unpack;
    prepared enter, leave;          // into layouts of the operation's own and back, where it has such
    dnnl_memory_desc_t outside[2];  // the layouts of first and last outside
    int arguments[4];               // oneDNN's names for first, second, third, last; 0 where unused
    layout layouts[4];              // their layouts, owned by run's description
    dnnl_memory_desc_t plain;       // the weights' plain layout, where they are packed
    int weights;                    // which argument is packed, or -1
    uint64_t packed_layout;
};

void syn_put(key *k, int64_t word);
void syn_put_view(key *k, const syn_view *v);

// The operation of a key, in use once more, or NULL.
const syn_op *syn_find(const key *k);

// oneDNN's name of an activation; false for none.
bool syn_activation_kind(syn_activation act, dnnl_alg_kind_t *kind, float *alpha);
// What follows a product, and that the working memory comes from us.
bool syn_attributes(dnnl_primitive_attr_t *attr, syn_activation act);

// Takes over the description; keeps the operation, in use once. arguments: oneDNN's names for first, second, third and
// last; 0 where unused. weights: which of them is packed, from `plain`, or -1. outside: NULL, or how the first and the
// last argument lie where that is not as the operation wants them.
const syn_op *syn_keep(
    const key *k, dnnl_primitive_desc_t pd, const int arguments[4], int weights, const syn_view *plain,
    const layout *outside);

#endif
