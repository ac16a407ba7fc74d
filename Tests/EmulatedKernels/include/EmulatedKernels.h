// The kernels of Sources/CUDAKernels/kernels, compiled for the CPU: the same text, each thread of a block a fiber.

#ifndef EMULATED_KERNELS_H
#define EMULATED_KERNELS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Runs `function` over gx · gy · gz blocks of `threads` threads, with `shared` bytes of dynamic shared memory; returns
/// when all is done. `arguments` are addresses of the arguments, as for cuLaunchKernel. One launch at a time: others
/// wait.
///
/// 0: fine; 1: there is no such kernel for this head size; 2: threads wait for each other for ever (a barrier or a
/// warp's operation that not all reach); 3: a size that no GPU takes; 4: a misaligned address where one of 16 bytes is
/// needed, too many pending copies, or a warp's operation that differs between lanes.
int emulated_launch(
    const char *function, int head_size, unsigned gx, unsigned gy, unsigned gz, unsigned threads, size_t shared,
    void **arguments);

/// In which order threads run between barriers, where a right kernel gives the same result: 0 from the first to the
/// last, 1 from the last to the first. For the whole process.
void emulated_set_order(int order);

/// The name of kernel number `index` and its head size (0 where it has none); NULL after the last.
const char *emulated_kernel(int index, int *head_size);

#ifdef __cplusplus
}
#endif

#endif
