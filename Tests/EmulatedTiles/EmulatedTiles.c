// The text of the kernel for processors with tiles (AMX), compiled for any processor.
#define TILES_ARE_EMULATED
#include "../../Sources/CKernels/simd/GemmEnd.h"

// Sums [rows, width] become rows of y.
static void write_out(
    const kernel_epilogue *e, size_t outs, size_t row, size_t column, size_t columns, size_t rows, const float *sums,
    size_t width) {
    const gemm product = {.outs = outs, .end = *e};
    for (size_t r = 0; r < rows; r++)
        for (size_t n = 0; n < width && n < columns; n += 16)
            gemm_end(&product, row + r, 1, column + n, sums + r * width + n);
}

#include "../../Sources/CKernels/amx/TileGemm.h"
#include "../../Sources/CKernels/amx/TileSkinnyGemm.h"

#include "EmulatedTiles.h"

const gemm_kernels emulated_tile_gemm = {.columns = tiles_columns, .room = tiles_room, .run = tiles_run_product};

size_t emulated_skinny_room(size_t rows) { return tiles_skinny_room(rows); }

void emulated_skinny_run(const skinny_gemm *product, size_t from, size_t to, void *room) {
    tiles_run_skinny(product, from, to, room);
}
