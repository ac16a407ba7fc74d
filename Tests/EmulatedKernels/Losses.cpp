#include "Emulation.h"

namespace {

#include "../../Sources/CUDAKernels/kernels/losses.cu"

EMULATE(KERNEL(cross_entropy), KERNEL(cross_entropy_gradient))

}  // namespace
