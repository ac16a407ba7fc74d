#include "COneDNN.h"

#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

// What differs between the two C interfaces: descriptors are structures in 2.x and handles in 3.x,
// and 3.x has no operation descriptors.
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t layout;
#define LAYOUT(md) (md)
#else
typedef const dnnl_memory_desc_t *layout;
#define LAYOUT(md) (&(md))
#endif

enum { key_length = 64, bucket_count = 1024, most_operations = 2048 };

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
static dnnl_engine_t engine;

// The operations kept, found by key through the buckets and ordered by use in a ring.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static syn_op *buckets[bucket_count];
static syn_op ring = {.newer = &ring, .older = &ring};
static int kept;

const char *syn_last_error(void) { return error_text; }

static bool failed(const char *what, dnnl_status_t status) {
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

static void start(void) {
    if (pthread_key_create(&workplaces, leave)) return;
    if (failed("start", dnnl_engine_create(&engine, dnnl_cpu, 0))) engine = NULL;
}

static bool ready(void) {
    pthread_once(&started, start);
    if (!engine) return !failed("start", dnnl_runtime_error);
    if (mine) return true;
    workplace *w = calloc(1, sizeof *w);
    if (!w) return !failed("start a thread", dnnl_out_of_memory);
    if (failed("make a stream", dnnl_stream_create(&w->stream, engine, dnnl_stream_default_flags))) {
        free(w);
        return false;
    }
    pthread_setspecific(workplaces, w);
    mine = w;
    return true;
}

// MARK: keys

static void put(key *k, int64_t word) {
    if (k->used < key_length) k->words[k->used++] = word;
}

static void put_view(key *k, const syn_view *v) {
    put(k, v->rank * 16 + v->type);
    for (int i = 0; i < v->rank; i++) {
        put(k, v->dims[i]);
        put(k, v->strides[i]);
    }
}

static void put_window(key *k, const syn_window *w) {
    const int64_t words[] = {w->stride_h, w->stride_w, w->top, w->left, w->bottom, w->right};
    for (int i = 0; i < 6; i++) put(k, words[i]);
}

static uint64_t hash_bytes(const void *bytes, size_t count, uint64_t hash) {
    const unsigned char *p = bytes;
    for (size_t i = 0; i < count; i++) hash = (hash ^ p[i]) * 1099511628211ULL;
    return hash;
}

static unsigned bucket_of(const key *k) {
    return hash_bytes(k->words, sizeof(int64_t) * k->used, 1469598103934665603ULL) % bucket_count;
}

// MARK: finding and letting go

static bool same(const key *a, const key *b) {
    return a->used == b->used && !memcmp(a->words, b->words, sizeof(int64_t) * a->used);
}

static void leave_ring(syn_op *op) {
    op->newer->older = op->older;
    op->older->newer = op->newer;
}

static void become_newest(syn_op *op) {
    op->newer = &ring;
    op->older = ring.older;
    op->older->newer = op;
    ring.older = op;
}

// The operation of a key, now the newest and in use once more. With the lock held.
static syn_op *take(const key *k) {
    syn_op *op = buckets[bucket_of(k)];
    while (op && !same(&op->key, k)) op = op->next;
    if (!op) return NULL;
    leave_ring(op);
    become_newest(op);
    op->users++;
    return op;
}

static const syn_op *find(const key *k) {
    pthread_mutex_lock(&lock);
    const syn_op *op = take(k);
    pthread_mutex_unlock(&lock);
    return op;
}

void syn_release(const syn_op *op) {
    pthread_mutex_lock(&lock);
    ((syn_op *)op)->users--;
    pthread_mutex_unlock(&lock);
}

// Takes the oldest operation nobody uses out of the cache, or answers NULL. With the lock held.
static syn_op *give_up_oldest(void) {
    syn_op *op = ring.newer;
    while (op != &ring && op->users) op = op->newer;
    if (op == &ring) return NULL;
    leave_ring(op);
    syn_op **link = &buckets[bucket_of(&op->key)];
    while (*link != op) link = &(*link)->next;
    *link = op->next;
    kept--;
    return op;
}

int syn_kept_operations(void) {
    pthread_mutex_lock(&lock);
    int count = kept;
    pthread_mutex_unlock(&lock);
    return count;
}

int syn_most_operations(void) { return most_operations; }

// MARK: layouts

static dnnl_data_type_t type_of(syn_type t) { return t == SYN_BF16 ? dnnl_bf16 : dnnl_f32; }

static bool describe(dnnl_memory_desc_t *md, const syn_view *v, bool any) {
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
    return !failed("describe an array", status);
}

static bool describe_bias(dnnl_memory_desc_t *md, int rank, int64_t count, int axis) {
    syn_view v = {.rank = rank, .type = SYN_F32};
    for (int i = 0; i < rank; i++) {
        v.dims[i] = i == axis ? count : 1;
        v.strides[i] = i < axis ? count : 1;
    }
    return describe(md, &v, false);
}

static void forget(dnnl_memory_desc_t *md) {
#if DNNL_VERSION_MAJOR >= 3
    if (*md) dnnl_memory_desc_destroy(*md);
    *md = NULL;
#else
    (void)md;
#endif
}

static layout ask(dnnl_primitive_desc_t pd, int argument) {
    return dnnl_primitive_desc_query_md(pd, dnnl_query_exec_arg_md, argument);
}

static bool equal(layout a, layout b) { return dnnl_memory_desc_equal(a, b); }

static bool copy_layout(dnnl_memory_desc_t *to, layout from) {
#if DNNL_VERSION_MAJOR >= 3
    return !failed("copy a layout", dnnl_memory_desc_clone(to, from));
#else
    *to = *from;
    return true;
#endif
}

// Both ends decide what is packed: a square matrix and its transpose may share the packed layout.
typedef struct {
    dnnl_memory_desc_t plain, packed;
} packing;

static packing *packings;
static size_t packing_count;

// The number of a way of packing, the same whenever both ends are the same; 0 where memory is short.
// One entry for each weights' shape and layout of the process: as many as its models have, so all are kept.
static uint64_t packing_number(layout plain, layout packed) {
    uint64_t number = 0;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < packing_count && !number; i++)
        if (equal(LAYOUT(packings[i].plain), plain) && equal(LAYOUT(packings[i].packed), packed)) number = i + 1;
    if (!number) {
        packing *larger = realloc(packings, sizeof *packings * (packing_count + 1));
        if (larger) packings = larger;
        packing new = {0};
        if (larger && copy_layout(&new.plain, plain) && copy_layout(&new.packed, packed)) {
            packings[packing_count++] = new;
            number = packing_count;
        } else {
            forget(&new.plain);
        }
    }
    pthread_mutex_unlock(&lock);
    return number;
}

// MARK: attributes

static bool activation_kind(syn_activation act, dnnl_alg_kind_t *kind, float *alpha) {
    *alpha = 0;
    switch (act) {
    case SYN_IDENTITY: return false;
    case SYN_RELU: *kind = dnnl_eltwise_relu; return true;
    case SYN_GELU_ERF: *kind = dnnl_eltwise_gelu_erf; return true;
    case SYN_QUICK_GELU: *kind = dnnl_eltwise_swish; *alpha = 1.702f; return true;
    case SYN_SILU: *kind = dnnl_eltwise_swish; *alpha = 1.0f; return true;
    case SYN_TANH: *kind = dnnl_eltwise_tanh; return true;
    case SYN_SIGMOID: *kind = dnnl_eltwise_logistic; return true;
    case SYN_GELU_TANH: *kind = dnnl_eltwise_gelu_tanh; return true;
    }
    return false;
}

// What follows a product, and that the working memory comes from us. oneDNN's ReLU makes 0 of what is not a number, and a
// damaged network then gives sound numbers; its leaky one hands it on. A slope of 2⁻⁶⁰ is lost in the rounding of whatever
// is summed next. (Of minus infinity it leaves minus infinity.)
static bool attributes(dnnl_primitive_attr_t *attr, syn_activation act, bool accumulate) {
    *attr = NULL;
    dnnl_alg_kind_t kind;
    float alpha;
    bool activates = activation_kind(act, &kind, &alpha);
    if (act == SYN_RELU) alpha = 0x1p-60f;
    dnnl_post_ops_t after = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(attr);
    if (status == dnnl_success) status = dnnl_primitive_attr_set_scratchpad_mode(*attr, dnnl_scratchpad_mode_user);
    if (status == dnnl_success) status = dnnl_post_ops_create(&after);
#if DNNL_VERSION_MAJOR >= 3
    if (status == dnnl_success && accumulate)
        status = dnnl_post_ops_append_sum(after, 1.0f, 0, dnnl_data_type_undef);
    if (status == dnnl_success && activates) status = dnnl_post_ops_append_eltwise(after, kind, alpha, 0.0f);
#else
    if (status == dnnl_success && accumulate) status = dnnl_post_ops_append_sum(after, 1.0f);
    if (status == dnnl_success && activates) status = dnnl_post_ops_append_eltwise(after, 1.0f, kind, alpha, 0.0f);
#endif
    if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(*attr, after);
    if (after) dnnl_post_ops_destroy(after);
    return !failed("set what follows a product", status);
}

// MARK: making and keeping

static void destroy(prepared *p) {
    if (p->primitive) dnnl_primitive_destroy(p->primitive);
    if (p->description) dnnl_primitive_desc_destroy(p->description);
}

static void destroy_operation(syn_op *op) {
    destroy(&op->run);
    destroy(&op->pack);
    destroy(&op->unpack);
    destroy(&op->enter);
    destroy(&op->leave);
    forget(&op->plain);
    forget(&op->outside[0]);
    forget(&op->outside[1]);
    free(op);
}

static bool prepare_reorder(prepared *p, layout from, layout to) {
    dnnl_primitive_attr_t attr;
    bool done = attributes(&attr, SYN_IDENTITY, false);
    dnnl_status_t status = dnnl_success;
    if (done) status = dnnl_reorder_primitive_desc_create(&p->description, from, engine, to, engine, attr);
    if (done && status == dnnl_success) status = dnnl_primitive_create(&p->primitive, p->description);
    if (failed("prepare packing", status)) done = false;
    if (attr) dnnl_primitive_attr_destroy(attr);
    return done;
}

static bool prepare_packing(syn_op *op, const syn_view *plain) {
    if (!describe(&op->plain, plain, false)) return false;
    const layout packed = op->layouts[op->weights];
    op->packed_layout = packing_number(LAYOUT(op->plain), packed);
    // Only weights that an operation writes are unpacked; some layouts have no way back.
    return op->packed_layout && prepare_reorder(&op->pack, LAYOUT(op->plain), packed)
        && (op->weights != 3 || prepare_reorder(&op->unpack, packed, LAYOUT(op->plain)));
}

// Reorders on both sides of an operation whose first and last argument lie otherwise outside.
static bool prepare_ends(syn_op *op, const layout outside[2]) {
    return copy_layout(&op->outside[0], outside[0]) && copy_layout(&op->outside[1], outside[1])
        && prepare_reorder(&op->enter, outside[0], op->layouts[0])
        && prepare_reorder(&op->leave, op->layouts[3], outside[1]);
}

// Takes over the description; fills in the primitive and the arguments' layouts; keeps the operation, in use
// once. What nobody uses and was not used for longest makes room. outside: NULL, or how the first and the last
// argument lie where that is not as the operation wants them.
static const syn_op *keep_between(
    const key *k, dnnl_primitive_desc_t pd, const int arguments[4], int weights, const syn_view *plain,
    const layout *outside) {
    syn_op *op = calloc(1, sizeof *op);
    if (!op) {
        dnnl_primitive_desc_destroy(pd);
        failed("keep an operation", dnnl_out_of_memory);
        return NULL;
    }
    op->key = *k;
    op->run.description = pd;
    op->weights = weights;
    for (int i = 0; i < 4; i++) {
        op->arguments[i] = arguments[i];
        if (arguments[i]) op->layouts[i] = ask(pd, arguments[i]);
    }
    if (failed("make a primitive", dnnl_primitive_create(&op->run.primitive, pd))
        || (weights >= 0 && !prepare_packing(op, plain)) || (outside && !prepare_ends(op, outside))) {
        destroy_operation(op);
        return NULL;
    }

    syn_op *unwanted = NULL;
    pthread_mutex_lock(&lock);
    syn_op *known = take(k);
    if (known) {
        unwanted = op;   // another thread was faster
    } else {
        known = op;
        op->users = 1;
        become_newest(op);
        unsigned bucket = bucket_of(k);
        op->next = buckets[bucket];
        buckets[bucket] = op;
        if (++kept > most_operations) unwanted = give_up_oldest();
    }
    pthread_mutex_unlock(&lock);
    if (unwanted) destroy_operation(unwanted);
    return known;
}

static const syn_op *keep(
    const key *k, dnnl_primitive_desc_t pd, const int arguments[4], int weights, const syn_view *plain) {
    return keep_between(k, pd, arguments, weights, plain, NULL);
}

const syn_op *syn_matmul(
    const syn_view *a, const syn_view *b, const syn_view *c, bool bias, syn_activation act, bool accumulate,
    bool b_is_packed) {
    key k = {.used = 0};
    put(&k, 1);
    put(&k, bias | accumulate << 1 | b_is_packed << 2 | act << 3);
    put_view(&k, a);
    put_view(&k, b);
    put_view(&k, c);
    const syn_op *known = find(&k);
    if (known || !ready()) return known;

    dnnl_memory_desc_t am = {0}, bm = {0}, cm = {0}, biasm = {0};
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t pd = NULL;
    if (describe(&am, a, false) && describe(&bm, b, b_is_packed) && describe(&cm, c, false)
        && (!bias || describe_bias(&biasm, c->rank, c->dims[c->rank - 1], c->rank - 1))
        && attributes(&attr, act, accumulate)) {
#if DNNL_VERSION_MAJOR >= 3
        dnnl_status_t status = dnnl_matmul_primitive_desc_create(&pd, engine, am, bm, bias ? biasm : NULL, cm, attr);
#else
        dnnl_matmul_desc_t desc;
        dnnl_status_t status = dnnl_matmul_desc_init(&desc, &am, &bm, bias ? &biasm : NULL, &cm);
        if (status == dnnl_success) status = dnnl_primitive_desc_create(&pd, &desc, attr, engine, NULL);
#endif
        if (failed("prepare a matrix product", status)) pd = NULL;
    }
    if (attr) dnnl_primitive_attr_destroy(attr);
    forget(&am);
    forget(&bm);
    forget(&cm);
    forget(&biasm);
    if (!pd) return NULL;
    const int arguments[4] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, bias ? DNNL_ARG_BIAS : 0, DNNL_ARG_DST};
    return keep(&k, pd, arguments, b_is_packed ? 1 : -1, b);
}

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
    if (describe(&from, src, true) && describe(&to, dst, true)) {
#if DNNL_VERSION_MAJOR >= 3
        const dnnl_dims_t dilation = {0, 0};
        status = dnnl_convolution_forward_primitive_desc_create(
            &pd, engine, dnnl_forward_inference, kind, from, weights, bias, to, strides, dilation, before, after, attr);
#else
        dnnl_convolution_desc_t desc;
        status = dnnl_convolution_forward_desc_init(
            &desc, dnnl_forward_inference, kind, &from, weights, bias, &to, strides, before, after);
        if (status == dnnl_success) status = dnnl_primitive_desc_create(&pd, &desc, attr, engine, NULL);
#endif
    }
    forget(&from);
    forget(&to);
    return status == dnnl_success ? pd : NULL;
}

static const syn_op *convolution(
    direction way, const syn_view *src, const syn_view *weights, const syn_view *dst, const syn_window *window,
    bool bias, syn_activation act, bool winograd) {
    key k = {.used = 0};
    put(&k, 2 + way);
    put(&k, bias | winograd << 1 | act << 2);
    put_window(&k, window);
    put_view(&k, src);
    put_view(&k, weights);
    put_view(&k, dst);
    const syn_op *known = find(&k);
    if (known || !ready()) return known;

    const dnnl_dims_t strides = {window->stride_h, window->stride_w};
    const dnnl_dims_t before = {window->top, window->left}, after = {window->bottom, window->right};
    dnnl_memory_desc_t srcm = {0}, wm = {0}, dstm = {0}, biasm = {0}, hinted = {0};
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t pd = NULL, hint = NULL;
    dnnl_status_t status = dnnl_success;
    // The forward convolution meant has a source of the weights' type, whatever type its gradient takes.
    syn_view meant = *src;
    meant.type = weights->type;
    if (describe(&srcm, src, false) && describe(&wm, weights, true) && describe(&dstm, dst, false)
        && describe(&hinted, &meant, false)
        && (!bias || describe_bias(&biasm, 1, weights->dims[0], 0)) && attributes(&attr, act, false)) {
        const dnnl_alg_kind_t kind = dnnl_convolution_direct;
        if (winograd) pd = winograd_description(src, LAYOUT(wm), dst, window, bias ? LAYOUT(biasm) : NULL, attr);
        winograd = pd;
#if DNNL_VERSION_MAJOR >= 3
        const dnnl_dims_t dilation = {0, 0};
        if (!winograd) status = dnnl_convolution_forward_primitive_desc_create(
            way == forward ? &pd : &hint, engine, way == forward ? dnnl_forward_inference : dnnl_forward_training, kind,
            hinted, wm, bias ? biasm : NULL, dstm, strides, dilation, before, after, attr);
        if (status == dnnl_success && way == backward_data)
            status = dnnl_convolution_backward_data_primitive_desc_create(
                &pd, engine, kind, srcm, wm, dstm, strides, dilation, before, after, hint, attr);
        if (status == dnnl_success && way == backward_weights)
            status = dnnl_convolution_backward_weights_primitive_desc_create(
                &pd, engine, kind, srcm, wm, bias ? biasm : NULL, dstm, strides, dilation, before, after, hint, attr);
#else
        dnnl_convolution_desc_t desc;
        if (!winograd) status = dnnl_convolution_forward_desc_init(
            &desc, way == forward ? dnnl_forward_inference : dnnl_forward_training, kind, &hinted, &wm,
            bias ? &biasm : NULL, &dstm, strides, before, after);
        if (status == dnnl_success && !winograd)
            status = dnnl_primitive_desc_create(way == forward ? &pd : &hint, &desc, attr, engine, NULL);
        if (status == dnnl_success && way == backward_data) {
            status = dnnl_convolution_backward_data_desc_init(&desc, kind, &srcm, &wm, &dstm, strides, before, after);
            if (status == dnnl_success) status = dnnl_primitive_desc_create(&pd, &desc, attr, engine, hint);
        }
        if (status == dnnl_success && way == backward_weights) {
            status = dnnl_convolution_backward_weights_desc_init(
                &desc, kind, &srcm, &wm, bias ? &biasm : NULL, &dstm, strides, before, after);
            if (status == dnnl_success) status = dnnl_primitive_desc_create(&pd, &desc, attr, engine, hint);
        }
#endif
        if (failed("prepare a convolution", status)) pd = NULL;
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
        ? keep_between(&k, pd, arguments[way], way == backward_weights ? 3 : 1, weights, winograd ? outside : NULL)
        : NULL;
    forget(&srcm);
    forget(&hinted);
    forget(&wm);
    forget(&dstm);
    forget(&biasm);
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

static const syn_op *activation(bool backward, syn_activation act, int64_t count) {
    key k = {.used = 0};
    put(&k, 5 + backward);
    put(&k, act);
    put(&k, count);
    const syn_op *known = find(&k);
    if (known || !ready()) return known;
    dnnl_alg_kind_t kind;
    float alpha;
    syn_view flat = {.rank = 1, .type = SYN_F32, .dims = {count}, .strides = {1}};
    dnnl_memory_desc_t md = {0};
    dnnl_primitive_desc_t pd = NULL, hint = NULL;
    dnnl_primitive_attr_t attr = NULL;
    if (!activation_kind(act, &kind, &alpha) || !describe(&md, &flat, false)) return NULL;
    if (!attributes(&attr, SYN_IDENTITY, false)) {
        forget(&md);
        return NULL;
    }
#if DNNL_VERSION_MAJOR >= 3
    dnnl_status_t status = dnnl_eltwise_forward_primitive_desc_create(
        backward ? &hint : &pd, engine, dnnl_forward_training, kind, md, md, alpha, 0.0f, attr);
    if (status == dnnl_success && backward)
        status = dnnl_eltwise_backward_primitive_desc_create(&pd, engine, kind, md, md, md, alpha, 0.0f, hint, attr);
#else
    dnnl_eltwise_desc_t desc;
    dnnl_status_t status = dnnl_eltwise_forward_desc_init(&desc, dnnl_forward_training, kind, &md, alpha, 0.0f);
    if (status == dnnl_success) status = dnnl_primitive_desc_create(backward ? &hint : &pd, &desc, attr, engine, NULL);
    if (status == dnnl_success && backward) {
        status = dnnl_eltwise_backward_desc_init(&desc, kind, &md, &md, alpha, 0.0f);
        if (status == dnnl_success) status = dnnl_primitive_desc_create(&pd, &desc, attr, engine, hint);
    }
#endif
    if (hint) dnnl_primitive_desc_destroy(hint);
    dnnl_primitive_attr_destroy(attr);
    forget(&md);
    if (failed("prepare an activation", status)) return NULL;
    const int arguments[2][4] = {
        {DNNL_ARG_SRC, 0, 0, DNNL_ARG_DST},
        {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, 0, DNNL_ARG_DIFF_SRC},
    };
    return keep(&k, pd, arguments[backward], -1, NULL);
}

const syn_op *syn_activation_forward(syn_activation act, int64_t count) { return activation(false, act, count); }
const syn_op *syn_activation_backward(syn_activation act, int64_t count) { return activation(true, act, count); }

// MARK: packing and running

size_t syn_packed_size(const syn_op *op) {
    return op->weights < 0 ? 0 : dnnl_memory_desc_get_size(op->layouts[op->weights]);
}

uint64_t syn_packed_layout(const syn_op *op) { return op->packed_layout; }

// Working memory of this thread, at least so large, aligned to a cache line.
static void *scratch(size_t size) {
    if (size > mine->scratch_size) {
        free(mine->scratch);
        mine->scratch_size = (size + 4095) / 4096 * 4096;
        mine->scratch = aligned_alloc(64, mine->scratch_size);
        if (!mine->scratch) mine->scratch_size = 0;
    }
    return mine->scratch;
}

static size_t working_size(const prepared *p) {
    const layout working = dnnl_primitive_desc_query_md(p->description, dnnl_query_scratchpad_md, 0);
    return working ? dnnl_memory_desc_get_size(working) : 0;
}

// taken: bytes at the beginning of the working memory that are in use.
static bool execute_beside(
    size_t taken, const prepared *p, int count, const int *names, const layout *layouts, void *const *addresses) {
    if (!ready()) return false;
    pool_prepare_thread();
    dnnl_exec_arg_t arguments[5];
    int made = 0;
    dnnl_status_t status = dnnl_success;
    for (int i = 0; i < count && status == dnnl_success; i++) {
        if (!names[i]) continue;
        arguments[made].arg = names[i];
        status = dnnl_memory_create(&arguments[made].memory, layouts[i], engine, addresses[i]);
        if (status == dnnl_success) made++;
    }
    const layout working = dnnl_primitive_desc_query_md(p->description, dnnl_query_scratchpad_md, 0);
    const size_t size = working_size(p);
    if (size && status == dnnl_success) {
        char *room = scratch(taken + size);
        if (room) room += taken;
        arguments[made].arg = DNNL_ARG_SCRATCHPAD;
        status = room ? dnnl_memory_create(&arguments[made].memory, working, engine, room) : dnnl_out_of_memory;
        if (status == dnnl_success) made++;
    }
    if (status == dnnl_success) status = dnnl_primitive_execute(p->primitive, mine->stream, made, arguments);
    if (status == dnnl_success) status = dnnl_stream_wait(mine->stream);
    for (int i = 0; i < made; i++) dnnl_memory_destroy(arguments[i].memory);
    return !failed("run a primitive", status);
}

static bool execute(const prepared *p, int count, const int *names, const layout *layouts, void *const *addresses) {
    return execute_beside(0, p, count, names, layouts, addresses);
}

// An operation with layouts of its own: in, through, and out, all in this thread's working memory.
static bool execute_between(const syn_op *op, void *const addresses[4]) {
    if (!ready()) return false;
    const size_t source = (dnnl_memory_desc_get_size(op->layouts[0]) + 63) / 64 * 64;
    const size_t taken = source + (dnnl_memory_desc_get_size(op->layouts[3]) + 63) / 64 * 64;
    size_t most = working_size(&op->run);
    if (working_size(&op->enter) > most) most = working_size(&op->enter);
    if (working_size(&op->leave) > most) most = working_size(&op->leave);
    char *room = scratch(taken + most);
    if (!room) return !failed("run a primitive", dnnl_out_of_memory);
    const int names[2] = {DNNL_ARG_FROM, DNNL_ARG_TO};
    const layout in[2] = {LAYOUT(op->outside[0]), op->layouts[0]}, out[2] = {op->layouts[3], LAYOUT(op->outside[1])};
    void *const from[2] = {addresses[0], room}, *const to[2] = {room + source, addresses[3]};
    void *const inside[4] = {room, addresses[1], addresses[2], room + source};
    return execute_beside(taken, &op->enter, 2, names, in, from)
        && execute_beside(taken, &op->run, 4, op->arguments, op->layouts, inside)
        && execute_beside(taken, &op->leave, 2, names, out, to);
}

static bool reorder(const syn_op *op, bool back, const void *from, void *to) {
    if (op->weights < 0 || (back && op->weights != 3)) return !failed("find packed weights", dnnl_invalid_arguments);
    const int names[2] = {DNNL_ARG_FROM, DNNL_ARG_TO};
    const layout packed = op->layouts[op->weights];
    const layout layouts[2] = {back ? packed : LAYOUT(op->plain), back ? LAYOUT(op->plain) : packed};
    void *const addresses[2] = {(void *)from, to};
    return execute(back ? &op->unpack : &op->pack, 2, names, layouts, addresses);
}

bool syn_pack(const syn_op *op, const void *plain, void *packed) { return reorder(op, false, plain, packed); }
bool syn_unpack(const syn_op *op, const void *packed, void *plain) { return reorder(op, true, packed, plain); }

bool syn_run(const syn_op *op, const void *first, const void *second, void *third, void *last) {
    void *const addresses[4] = {(void *)first, (void *)second, third, last};
    if (op->enter.primitive) return execute_between(op, addresses);
    return execute(&op->run, 4, op->arguments, op->layouts, addresses);
}

void syn_version(int *major, int *minor, int *patch) {
    const dnnl_version_t *v = dnnl_version();
    *major = v->major;
    *minor = v->minor;
    *patch = v->patch;
}

static pthread_once_t tried = PTHREAD_ONCE_INIT;
static bool multiplies;

static void try_bf16(void) {
    const syn_view a = {2, SYN_BF16, {16, 16}, {16, 1}}, b = a, c = {2, SYN_F32, {16, 16}, {16, 1}};
    const syn_view narrow = {4, SYN_BF16, {1, 16, 4, 4}, {256, 1, 64, 16}};
    const syn_view wide = {4, SYN_F32, {1, 16, 4, 4}, {256, 1, 64, 16}};
    const syn_view kernel = {4, SYN_BF16, {16, 16, 1, 1}, {16, 1, 1, 1}};
    const syn_window window = {1, 1, 0, 0, 0, 0};
    const syn_op *made[] = {
        syn_matmul(&a, &b, &c, false, SYN_IDENTITY, false, true),
        syn_convolution_forward(&narrow, &kernel, &wide, &window, false, SYN_IDENTITY, false),
        syn_convolution_backward_data(&wide, &kernel, &narrow, &window),
    };
    multiplies = true;
    for (int i = 0; i < 3; i++) {
        multiplies = multiplies && made[i];
        if (made[i]) syn_release(made[i]);
    }
}

bool syn_multiplies_bf16(void) {
    pthread_once(&tried, try_bf16);
    return multiplies;
}

static pthread_once_t tried_winograd = PTHREAD_ONCE_INIT;
static bool has_winograd;

static void try_winograd(void) {
    const syn_view images = {4, SYN_F32, {1, 128, 16, 16}, {32768, 1, 2048, 128}};
    const syn_view kernel = {4, SYN_F32, {128, 128, 3, 3}, {1152, 9, 3, 1}};
    const syn_window window = {1, 1, 1, 1, 1, 1};
    const syn_op *made = syn_convolution_forward(&images, &kernel, &images, &window, false, SYN_IDENTITY, true);
    has_winograd = made && made->enter.primitive;
    if (made) syn_release(made);
}

bool syn_has_winograd(void) {
    pthread_once(&tried_winograd, try_winograd);
    return has_winograd;
}

bool syn_has_native_bf16(void) {
#if defined(__x86_64__)
    // Instruction sets are sets of bits: those with bf16 products contain all bits of the first that had them.
    const unsigned first = dnnl_cpu_isa_avx512_core_bf16;
    return ((unsigned)dnnl_get_effective_cpu_isa() & first) == first;
#else
    return false;
#endif
}
