// A GPU that is not there: NVIDIA's three libraries as far as we call them, on the CPU's memory. Products are computed,
// launches of "to_bf16" and "add_f32" too; other kernels are counted. Everything may be made to fail.
#ifndef FAKE_CUDA_H
#define FAKE_CUDA_H

#include "CCUDA.h"

// As a new machine: one GPU of compute capability 9.0 with 80 GB, CUDA 13.0, nothing counted, nothing failing.
void fake_reset(void);

const cuda_driver *_Nonnull fake_driver(void);
const cuda_compiler *_Nonnull fake_compiler(void);
const cuda_blas *_Nonnull fake_blas(void);

// What the machine is.
typedef struct {
    int version, deviceCount, major, minor;
    size_t totalBytes;
    size_t othersBytes;  // taken by other programs
} fake_machine;
void fake_set_machine(fake_machine machine);

// What a call may be.
typedef enum {
    FAKE_INIT, FAKE_CONTEXT, FAKE_TAKE, FAKE_FREE, FAKE_HOST_TAKE, FAKE_UP, FAKE_DOWN, FAKE_WAIT, FAKE_LAUNCH,
    FAKE_MODULE, FAKE_CAPTURE, FAKE_CAPTURE_END, FAKE_INSTANTIATE, FAKE_GRAPH, FAKE_SEARCH, FAKE_MULTIPLY,
    FAKE_COMPILE, FAKE_EVENT, FAKE_ATTRIBUTE, FAKE_KINDS
} fake_kind;

// How often something was called since the reset; a graph's launches count when it runs.
long fake_count(fake_kind kind);
// The call of that kind that comes after so many more fails with a status; with isForever all later ones too, and then,
// as a lost GPU does, everything else.
void fake_fail(fake_kind kind, long after, int status, bool isForever);

// Bytes that are taken now, of the device and of the CPU.
size_t fake_bytes_taken(void);
size_t fake_host_bytes_taken(void);

// Of the last launch outside of a capture.
typedef struct {
    char function[64];
    unsigned grid[3], threads, sharedBytes;
    int count;
    uint64_t words[32];
} fake_launch;
fake_launch fake_last_launch(void);

// Algorithms that the search of products proposes, and the number of the first that does not refuse.
void fake_set_algorithms(int count, int firstGood);
// Refuses biases of Float32.
void fake_refuse_f32_bias(bool isRefused);

#endif
