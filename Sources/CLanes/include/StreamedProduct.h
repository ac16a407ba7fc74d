#ifndef CLANES_STREAMED_PRODUCT_H
#define CLANES_STREAMED_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "Epilogue.h"

/// Products of few rows with a large matrix, which is read from memory once: y = activation(x·wᵀ + bias) + addend.
///
/// The matrix is packed in panels of thirty-two outputs, [panels, units, 32]: what all outputs of a panel multiply with
/// the same numbers of x lies side by side, in the order in which it is read. A unit is what one output takes at a time:
/// one float, two bfloat16 or two whole numbers; four bytes of a row of x. Missing outputs of the last panel are zero.
///
/// Every sum is made in one order, whatever the number of rows and however panels are dealt out: unit after unit over a
/// run of them, runs one after another.

/// Whether this processor has the instructions; without them none of the others may be called.
bool lanes_has_products(void);

typedef enum {
    LANES_STREAM_F32,
    LANES_STREAM_BF16,
    /// w holds whole numbers −127...127 in eight bits, x those of −32767...32767 in sixteen, with a scale for each row of
    /// both.
    LANES_STREAM_INT8
} lanes_stream_kind;

typedef struct {
    lanes_stream_kind kind;
    size_t rows, units, outs;
    const void *x;                    // [rows, units] of four bytes
    const float *x_scales;            // [rows], for whole numbers
    const void *w;                    // [panels, units, 32]
    const float *w_scales;            // [outs], for whole numbers
    lanes_epilogue end;
} lanes_stream;

/// How many panels hold so many outputs, and how many bytes a call for so many rows needs in `room`.
size_t lanes_stream_panels(size_t outs);
size_t lanes_stream_room(size_t rows);

/// The columns of the panels from ..< to, for all rows. `after` is the panel that this thread will likely be asked for
/// next: where there are many rows it is fetched on the way.
void lanes_streamed_product(const lanes_stream *product, size_t from, size_t to, size_t after, void *room);

/// Packs the panels from ..< to of w [outs, units]; `width` is the bytes of a unit, 4 or 2.
void lanes_stream_pack(const void *w, size_t outs, size_t units, size_t width, size_t from, size_t to, void *panels);

#endif
