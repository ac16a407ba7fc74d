#include "Emulation.h"

namespace {

#include "../../Sources/CUDAKernels/kernels/convolution_patches_wgmma.cu"

EMULATE(KERNEL(convolve_patches_bf16_f32), KERNEL(convolve_patches_bf16_bf16))

}  // namespace
