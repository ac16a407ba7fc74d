// The kernels of attention and of drawing for one HEAD_SIZE, which whoever includes this has defined; once a file.

#include "Emulation.h"

namespace {

#include "../../Sources/CUDAKernels/kernels/device.h"

namespace attention {

#include "../../Sources/CUDAKernels/kernels/attention.cu"
#include "../../Sources/CUDAKernels/kernels/attention_gradient.cu"
#include "../../Sources/CUDAKernels/kernels/attention_f32.cu"

EMULATE(
    KERNEL(attention_f32), KERNEL(attention_bf16), KERNEL(attention_delta_f32), KERNEL(attention_delta_bf16),
    KERNEL(attention_gradient_f32), KERNEL(attention_gradient_bf16), KERNEL(attention_gradient_kv_f32),
    KERNEL(attention_gradient_kv_bf16), KERNEL(attention_gradient_q_f32), KERNEL(attention_gradient_q_bf16))

}  // namespace attention

namespace drawing {

#include "../../Sources/CUDAKernels/kernels/drawing.cu"

EMULATE(
    KERNEL(cache_append_f32), KERNEL(cache_append_bf16), KERNEL(attention_step_f32), KERNEL(attention_step_bf16))

}  // namespace drawing

}  // namespace
