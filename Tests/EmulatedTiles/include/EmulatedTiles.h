#ifndef EMULATED_TILES_H
#define EMULATED_TILES_H

#include "../../../Sources/CKernels/include/Kernels.h"

/// The products of many rows for processors with tiles, their tiles in memory: for any processor, and slow.
extern const gemm_kernels emulated_tile_gemm;

#endif
