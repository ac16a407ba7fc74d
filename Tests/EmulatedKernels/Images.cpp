#include "Emulation.h"

namespace {

#include "../../Sources/CUDAKernels/kernels/images.cu"

EMULATE(
    KERNEL(im2col_f32), KERNEL(im2col_bf16), KERNEL(turn_filters_f32), KERNEL(turn_filters_bf16), KERNEL(repeat_pixels),
    KERNEL(softmax_rows_f32), KERNEL(softmax_rows_bf16), KERNEL(argmax_rows))

}  // namespace
