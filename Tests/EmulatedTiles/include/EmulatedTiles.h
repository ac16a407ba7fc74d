#ifndef EMULATED_TILES_H
#define EMULATED_TILES_H

#include "../../../Sources/CKernels/include/Kernels.h"

/// The products of many rows for processors with tiles, their tiles in memory: for any processor, and slow.
extern const gemm_kernels emulated_tile_gemm;

/// Those of few rows: bytes of room for so many, and the panels from ..< to of packed weights.
size_t emulated_skinny_room(size_t rows);
void emulated_skinny_run(const skinny_gemm *product, size_t from, size_t to, void *room);

#endif
