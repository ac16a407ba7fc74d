// The machine's state: what it is, what was called, what fails.
#include <string.h>

#include "State.h"

static long counts[FAKE_KINDS];
static struct {
    long at;
    int status, isForever, isSet;
} failures[FAKE_KINDS];
static int lost;

void fake_reset_driver(void);
void fake_reset_blas(void);

void fake_reset(void) {
    memset(counts, 0, sizeof counts);
    memset(failures, 0, sizeof failures);
    lost = 0;
    fake_reset_driver();
    fake_reset_blas();
}

long fake_count(fake_kind kind) { return counts[kind]; }

void fake_fail(fake_kind kind, long after, int status, bool isForever) {
    failures[kind].at = counts[kind] + after;
    failures[kind].status = status;
    failures[kind].isForever = isForever;
    failures[kind].isSet = 1;
}

int fake_answer(fake_kind kind) {
    const long number = counts[kind]++;
    if (lost) return lost;
    if (!failures[kind].isSet || number != failures[kind].at) return 0;
    if (failures[kind].isForever) lost = failures[kind].status;
    return failures[kind].status;
}

int fake_other(void) { return lost; }
