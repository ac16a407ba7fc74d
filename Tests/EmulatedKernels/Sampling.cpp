#include "Emulation.h"

namespace {

#include "../../Sources/CUDAKernels/kernels/sampling.cu"

EMULATE(KERNEL(advance), KERNEL(embed_step), KERNEL(sample_tokens))

}  // namespace
