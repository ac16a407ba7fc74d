#include "Emulation.h"

namespace {

#include "../../Sources/CUDAKernels/kernels/elementwise.cu"

EMULATE(
    KERNEL(add_f32), KERNEL(add_bf16_f32), KERNEL(add_bf16), KERNEL(scale_f32), KERNEL(fill_f32), KERNEL(guide_f32),
    KERNEL(to_bf16), KERNEL(to_f32), KERNEL(gelu_f32), KERNEL(gelu_bf16), KERNEL(gelu_gradient_f32),
    KERNEL(gelu_gradient_bf16), KERNEL(silu_f32), KERNEL(silu_bf16), KERNEL(quick_gelu_f32), KERNEL(quick_gelu_bf16),
    KERNEL(copy_rows), KERNEL(gather_rows))

}  // namespace
