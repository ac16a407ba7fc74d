#ifndef SYNESTHESIA_POOL_H
#define SYNESTHESIA_POOL_H
#include <signal.h>

// Makes the calling thread's OpenMP setting the one chosen with syn_set_thread_count, and its helpers deaf to signals.
void pool_prepare_thread(void);

// Blocks all signals but faults on the calling thread; what was blocked before goes to `before`, for pthread_sigmask.
// Where there is no AVX-512, oneDNN's Float32 product of more than 128 terms uses the stack pointer for a buffer on
// the heap, so a handler that ran there would write its frame over what lies before the buffer.
void pool_block_signals(sigset_t *before);
#endif
