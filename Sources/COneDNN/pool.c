// oneDNN as packaged brings an OpenMP runtime. Our own kernels run on its threads: two pools on few cores
// would fight. The runtime's entry points are looked up, so nothing here depends on which compiler built it.
#define _GNU_SOURCE
#include "pool.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "COneDNN.h"

typedef void (*parallel_entry)(void (*)(void *), void *, unsigned, unsigned);
typedef int (*number_entry)(void);
typedef void (*set_entry)(int);

static parallel_entry gomp_parallel;
static number_entry thread_number, team_size;
static set_entry set_threads;
static pthread_once_t looked_up = PTHREAD_ONCE_INIT;
static atomic_int chosen;
static __thread int applied;
static __thread bool inside;

static void look_up(void) {
    gomp_parallel = (parallel_entry)dlsym(RTLD_DEFAULT, "GOMP_parallel");
    thread_number = (number_entry)dlsym(RTLD_DEFAULT, "omp_get_thread_num");
    team_size = (number_entry)dlsym(RTLD_DEFAULT, "omp_get_num_threads");
    set_threads = (set_entry)dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    number_entry most = (number_entry)dlsym(RTLD_DEFAULT, "omp_get_max_threads");
    if (!atomic_load(&chosen)) {
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        atomic_store(&chosen, most ? most() : processors > 0 ? (int)processors : 1);
    }
}

void syn_set_thread_count(int count) {
    pthread_once(&looked_up, look_up);
    atomic_store(&chosen, count < 1 ? 1 : count);
}

int syn_thread_count(void) {
    pthread_once(&looked_up, look_up);
    return atomic_load(&chosen);
}

void pool_block_signals(sigset_t *before) {
    sigset_t signals;
    sigfillset(&signals);
    const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&signals, faults[i]);
    pthread_sigmask(SIG_BLOCK, &signals, before);
}

static void turn_deaf(void *shared) {
    (void)shared;
    if (thread_number() != 0) pool_block_signals(NULL);
}

void pool_prepare_thread(void) {
    int count = syn_thread_count();
    if (applied == count) return;
    if (set_threads) set_threads(count);
    applied = count;
    // The runtime keeps these threads for this one's later regions; signals are for those that are not of the pool.
    if (count > 1 && !inside && gomp_parallel && thread_number) gomp_parallel(turn_deaf, NULL, (unsigned)count, 0);
}

typedef struct {
    void (*body)(void *, int, int);
    void *context;
} job;

static void part(void *shared) {
    const job *j = shared;
    const bool was_inside = inside;
    inside = true;
    j->body(j->context, thread_number(), team_size());
    inside = was_inside;
}

void syn_parallel(void (*body)(void *context, int part, int parts), void *context) {
    int count = syn_thread_count();
    if (inside || count == 1 || !gomp_parallel || !thread_number || !team_size) {
        body(context, 0, 1);
        return;
    }
    job j = {body, context};
    gomp_parallel(part, &j, (unsigned)count, 0);
}

typedef struct {
    void (*body)(void *, size_t, int);
    void *context;
    size_t count;
    int threads;
    atomic_size_t next;
} deal;

static void take(void *shared, int part, int parts) {
    (void)parts;
    deal *d = shared;
    // The number of threads may have been set anew since the caller asked for it.
    if (part >= d->threads) return;
    for (size_t item; (item = atomic_fetch_add(&d->next, 1)) < d->count;) d->body(d->context, item, part);
}

void syn_deal(
    size_t count, int threads, void (*body)(void *context, size_t item, int thread), void *context) {
    deal d = {.body = body, .context = context, .count = count, .threads = threads};
    atomic_init(&d.next, 0);
    if (count > 1 && threads > 1) syn_parallel(take, &d);
    else take(&d, 0, 1);
}
