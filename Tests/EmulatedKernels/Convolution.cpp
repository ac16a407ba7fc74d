#include "Emulation.h"

namespace {

#include "../../Sources/CUDAKernels/kernels/convolution.cu"

EMULATE(
    KERNEL(convolve_f32_f32), KERNEL(convolve_bf16_f32), KERNEL(convolve_bf16_bf16),
    KERNEL(convolve_few_f32_f32),
    KERNEL(convolve_few_bf16_f32), KERNEL(convolve_few_bf16_bf16))

}  // namespace
