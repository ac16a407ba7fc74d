#ifndef SYNESTHESIA_POOL_H
#define SYNESTHESIA_POOL_H
// Makes the calling thread's OpenMP setting the one chosen with syn_set_thread_count.
void pool_prepare_thread(void);
#endif
