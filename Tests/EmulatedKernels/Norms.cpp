#include "Emulation.h"

namespace {

#include "../../Sources/CUDAKernels/kernels/norms.cu"

EMULATE(
    KERNEL(layer_norm_f32), KERNEL(layer_norm_bf16), KERNEL(layer_norm_gradient_f32), KERNEL(layer_norm_gradient_bf16))

}  // namespace
