#include "Emulation.h"

namespace {

#include "../../Sources/CUDAKernels/kernels/convolution_wgmma.cu"

EMULATE(
    KERNEL(convolve_wgmma_bf16_f32), KERNEL(convolve_wgmma_bf16_bf16), KERNEL(tile_filters_bf16),
    KERNEL(double_filters_bf16))

}  // namespace
