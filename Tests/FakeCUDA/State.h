// What the parts of the fake share.
#ifndef FAKE_STATE_H
#define FAKE_STATE_H

#include "FakeCUDA.h"

// Notes a call; the status that it must answer.
int fake_answer(fake_kind kind);
// As fake_answer, for calls that are not counted: only a lost GPU fails them.
int fake_other(void);

// Work waits until somebody waits for it, as on a GPU, so that who changes memory too early is found out.
typedef enum { WORK_COPY, WORK_LAUNCH, WORK_PRODUCT, WORK_EVENT } work_kind;

typedef struct {
    int64_t rows, columns, step;  // column-major
    int isBF16;
    int32_t count;  // of matrices, so many numbers apart
    int64_t apart;
} fake_layout;

typedef struct {
    fake_layout a, b, c, d;
    int turnA, turnB, biasIsBF16;
    float alpha, beta;
    const void *left, *right, *addend, *bias;
    void *out;
} fake_product;

typedef struct {
    work_kind kind;
    void *to;
    const void *from;
    size_t bytes;
    long event;
    fake_launch launch;
    fake_product product;
} fake_work;

int fake_ask(fake_work work);
void fake_run_product(const fake_product *product);

#endif
