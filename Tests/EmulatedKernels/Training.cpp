#include "Emulation.h"

namespace {

#include "../../Sources/CUDAKernels/kernels/training.cu"

EMULATE(KERNEL(multiply_f32), KERNEL(column_sums_f32), KERNEL(adamw_f32))

}  // namespace
