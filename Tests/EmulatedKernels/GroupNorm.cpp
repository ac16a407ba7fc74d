#include "Emulation.h"

namespace {

#include "../../Sources/CUDAKernels/kernels/group_norm.cu"

EMULATE(
    KERNEL(group_norm_moments_f32), KERNEL(group_norm_moments_bf16), KERNEL(group_norm_factors_f32),
    KERNEL(group_norm_factors_bf16), KERNEL(group_norm_f32_f32), KERNEL(group_norm_f32_bf16),
    KERNEL(group_norm_bf16_f32), KERNEL(group_norm_bf16_bf16))

}  // namespace
