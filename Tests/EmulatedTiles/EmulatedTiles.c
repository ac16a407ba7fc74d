// The text of the kernel for processors with tiles (AMX), compiled for any processor.
#define TILES_ARE_EMULATED
#include "../../Sources/CKernels/amx/TileGemm.h"

#include "EmulatedTiles.h"

const gemm_kernels emulated_tile_gemm = {.columns = tiles_columns, .room = tiles_room, .run = tiles_run_product};
