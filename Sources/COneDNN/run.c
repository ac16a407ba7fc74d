// Operations run, and weights brought into an operation's own layout and back.
#include "Primitive.h"
#include "pool.h"

#include <pthread.h>

size_t syn_packed_size(const syn_op *op) {
    return op->weights < 0 ? 0 : dnnl_memory_desc_get_size(op->layouts[op->weights]);
}

uint64_t syn_packed_layout(const syn_op *op) { return op->packed_layout; }

static size_t working_size(const prepared *p) {
    const layout working = dnnl_primitive_desc_query_md(p->description, dnnl_query_scratchpad_md, 0);
    return working ? dnnl_memory_desc_get_size(working) : 0;
}

// taken: bytes at the beginning of the working memory that are in use.
static bool execute_beside(
    size_t taken, const prepared *p, int count, const int *names, const layout *layouts, void *const *addresses) {
    if (!syn_ready()) return false;
    pool_prepare_thread();
    dnnl_exec_arg_t arguments[5];
    int made = 0;
    dnnl_status_t status = dnnl_success;
    for (int i = 0; i < count && status == dnnl_success; i++) {
        if (!names[i]) continue;
        arguments[made].arg = names[i];
        status = dnnl_memory_create(&arguments[made].memory, layouts[i], syn_engine, addresses[i]);
        if (status == dnnl_success) made++;
    }
    const layout working = dnnl_primitive_desc_query_md(p->description, dnnl_query_scratchpad_md, 0);
    const size_t size = working_size(p);
    if (size && status == dnnl_success) {
        char *room = syn_scratch(taken + size);
        if (room) room += taken;
        arguments[made].arg = DNNL_ARG_SCRATCHPAD;
        status = room ? dnnl_memory_create(&arguments[made].memory, working, syn_engine, room) : dnnl_out_of_memory;
        if (status == dnnl_success) made++;
    }
    sigset_t before;
    pool_block_signals(&before);
    if (status == dnnl_success) status = dnnl_primitive_execute(p->primitive, syn_stream(), made, arguments);
    if (status == dnnl_success) status = dnnl_stream_wait(syn_stream());
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    for (int i = 0; i < made; i++) dnnl_memory_destroy(arguments[i].memory);
    return !syn_failed("run a primitive", status);
}

static bool syn_execute(const prepared *p, int count, const int *names, const layout *layouts, void *const *addresses) {
    return execute_beside(0, p, count, names, layouts, addresses);
}

// An operation with layouts of its own: in, through, and out, all in this thread's working memory.
static bool execute_between(const syn_op *op, void *const addresses[4]) {
    if (!syn_ready()) return false;
    const size_t source = (dnnl_memory_desc_get_size(op->layouts[0]) + 63) / 64 * 64;
    const size_t taken = source + (dnnl_memory_desc_get_size(op->layouts[3]) + 63) / 64 * 64;
    size_t most = working_size(&op->run);
    if (working_size(&op->enter) > most) most = working_size(&op->enter);
    if (working_size(&op->leave) > most) most = working_size(&op->leave);
    char *room = syn_scratch(taken + most);
    if (!room) return !syn_failed("run a primitive", dnnl_out_of_memory);
    const int names[2] = {DNNL_ARG_FROM, DNNL_ARG_TO};
    const layout in[2] = {LAYOUT(op->outside[0]), op->layouts[0]}, out[2] = {op->layouts[3], LAYOUT(op->outside[1])};
    void *const from[2] = {addresses[0], room}, *const to[2] = {room + source, addresses[3]};
    void *const inside[4] = {room, addresses[1], addresses[2], room + source};
    return execute_beside(taken, &op->enter, 2, names, in, from)
        && execute_beside(taken, &op->run, 4, op->arguments, op->layouts, inside)
        && execute_beside(taken, &op->leave, 2, names, out, to);
}

static bool reorder(const syn_op *op, bool back, const void *from, void *to) {
    if (op->weights < 0 || (back && op->weights != 3)) return !syn_failed("find packed weights", dnnl_invalid_arguments);
    const int names[2] = {DNNL_ARG_FROM, DNNL_ARG_TO};
    const layout packed = op->layouts[op->weights];
    const layout layouts[2] = {back ? packed : LAYOUT(op->plain), back ? LAYOUT(op->plain) : packed};
    void *const addresses[2] = {(void *)from, to};
    return syn_execute(back ? &op->unpack : &op->pack, 2, names, layouts, addresses);
}

bool syn_pack(const syn_op *op, const void *plain, void *packed) { return reorder(op, false, plain, packed); }
bool syn_unpack(const syn_op *op, const void *packed, void *plain) { return reorder(op, true, packed, plain); }

bool syn_run(const syn_op *op, const void *first, const void *second, void *third, void *last) {
    void *const addresses[4] = {(void *)first, (void *)second, third, last};
    if (op->enter.primitive) return execute_between(op, addresses);
    return syn_execute(&op->run, 4, op->arguments, op->layouts, addresses);
}

