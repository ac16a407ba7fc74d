// Operations: made once for their shapes, found again by key, and given up when others are used more.
#include <stdlib.h>
#include <string.h>

#include "Primitive.h"

enum { bucket_count = 1024, most_operations = 2048 };

// The operations kept, found by key through the buckets and ordered by use in a ring.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static syn_op *buckets[bucket_count];
static syn_op ring = {.newer = &ring, .older = &ring};
static int kept;

// MARK: keys

void syn_put(key *k, int64_t word) {
    if (k->used < key_length) k->words[k->used++] = word;
}

void syn_put_view(key *k, const syn_view *v) {
    syn_put(k, v->rank * 16 + v->type);
    for (int i = 0; i < v->rank; i++) {
        syn_put(k, v->dims[i]);
        syn_put(k, v->strides[i]);
    }
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

const syn_op *syn_find(const key *k) {
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

// MARK: attributes

bool syn_activation_kind(syn_activation act, dnnl_alg_kind_t *kind, float *alpha) {
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

// oneDNN's ReLU makes 0 of what is not a number, and a damaged network then gives sound numbers; its leaky one hands it
// on. A slope of 2⁻⁶⁰ is lost in the rounding of whatever is summed next. (Of minus infinity it leaves minus infinity.)
bool syn_attributes(dnnl_primitive_attr_t *attr, syn_activation act) {
    *attr = NULL;
    dnnl_alg_kind_t kind;
    float alpha;
    bool activates = syn_activation_kind(act, &kind, &alpha);
    if (act == SYN_RELU) alpha = 0x1p-60f;
    dnnl_post_ops_t after = NULL;
    dnnl_status_t status = dnnl_primitive_attr_create(attr);
    if (status == dnnl_success) status = dnnl_primitive_attr_set_scratchpad_mode(*attr, dnnl_scratchpad_mode_user);
    if (status == dnnl_success) status = dnnl_post_ops_create(&after);
#if DNNL_VERSION_MAJOR >= 3
    if (status == dnnl_success && activates) status = dnnl_post_ops_append_eltwise(after, kind, alpha, 0.0f);
#else
    if (status == dnnl_success && activates) status = dnnl_post_ops_append_eltwise(after, 1.0f, kind, alpha, 0.0f);
#endif
    if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(*attr, after);
    if (after) dnnl_post_ops_destroy(after);
    return !syn_failed("set what follows a product", status);
}

// MARK: making and keeping

static void destroy(prepared *p) {
    if (p->primitive) dnnl_primitive_destroy(p->primitive);
    if (p->description) dnnl_primitive_desc_destroy(p->description);
}

static void syn_destroy_operation(syn_op *op) {
    destroy(&op->run);
    destroy(&op->pack);
    destroy(&op->unpack);
    destroy(&op->enter);
    destroy(&op->leave);
    syn_forget(&op->plain);
    syn_forget(&op->outside[0]);
    syn_forget(&op->outside[1]);
    free(op);
}

static bool syn_prepare_reorder(prepared *p, layout from, layout to) {
    dnnl_primitive_attr_t attr;
    bool done = syn_attributes(&attr, SYN_IDENTITY);
    dnnl_status_t status = dnnl_success;
    if (done) status = dnnl_reorder_primitive_desc_create(&p->description, from, syn_engine, to, syn_engine, attr);
    if (done && status == dnnl_success) status = dnnl_primitive_create(&p->primitive, p->description);
    if (syn_failed("prepare packing", status)) done = false;
    if (attr) dnnl_primitive_attr_destroy(attr);
    return done;
}

static bool prepare_packing(syn_op *op, const syn_view *plain) {
    if (!syn_describe(&op->plain, plain, false)) return false;
    const layout packed = op->layouts[op->weights];
    op->packed_layout = syn_packing_number(LAYOUT(op->plain), packed);
    // Only weights that an operation writes are unpacked; some layouts have no way back.
    return op->packed_layout && syn_prepare_reorder(&op->pack, LAYOUT(op->plain), packed)
        && (op->weights != 3 || syn_prepare_reorder(&op->unpack, packed, LAYOUT(op->plain)));
}

// Reorders on both sides of an operation whose first and last argument lie otherwise outside.
static bool prepare_ends(syn_op *op, const layout outside[2]) {
    return syn_copy_layout(&op->outside[0], outside[0]) && syn_copy_layout(&op->outside[1], outside[1])
        && syn_prepare_reorder(&op->enter, outside[0], op->layouts[0])
        && syn_prepare_reorder(&op->leave, op->layouts[3], outside[1]);
}

static layout syn_ask(dnnl_primitive_desc_t pd, int argument) {
    return dnnl_primitive_desc_query_md(pd, dnnl_query_exec_arg_md, argument);
}

const syn_op *syn_keep(
    const key *k, dnnl_primitive_desc_t pd, const int arguments[4], int weights, const syn_view *plain,
    const layout *outside) {
    syn_op *op = calloc(1, sizeof *op);
    if (!op) {
        dnnl_primitive_desc_destroy(pd);
        syn_failed("keep an operation", dnnl_out_of_memory);
        return NULL;
    }
    op->key = *k;
    op->run.description = pd;
    op->weights = weights;
    for (int i = 0; i < 4; i++) {
        op->arguments[i] = arguments[i];
        if (arguments[i]) op->layouts[i] = syn_ask(pd, arguments[i]);
    }
    if (syn_failed("make a primitive", dnnl_primitive_create(&op->run.primitive, pd))
        || (weights >= 0 && !prepare_packing(op, plain)) || (outside && !prepare_ends(op, outside))) {
        syn_destroy_operation(op);
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
    if (unwanted) syn_destroy_operation(unwanted);
    return known;
}
