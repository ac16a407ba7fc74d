#ifndef CLANES_PANEL_PRODUCT_H
#define CLANES_PANEL_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "Epilogue.h"

/// Products of many bfloat16 rows with a large bfloat16 matrix that stays as it lies: y = activation(x·w + bias) + addend,
/// sums in float. Sixty-four of y's columns at a time are multiplied with a panel of w, brought into the order in which
/// the processor takes it while it is in the second-level cache; no packed copy of w is kept, and the same w serves both
/// directions (Goto and van de Geijn 2008).
///
/// Every sum is made in one order, pairs of numbers one after another, whatever the number of rows and however they are
/// dealt out. Only where lanes_has_products, and for an even `inner`.

typedef struct {
    size_t rows, inner, outs;
    const uint16_t *x;       // [rows, inner]
    const uint16_t *w;       // [outs, inner] if rows_are_outs, [inner, outs] if not
    bool rows_are_outs;
    lanes_epilogue end;
} lanes_panels;

/// How many panels there are, and how many bytes a call needs in `room`.
size_t lanes_panel_count(size_t outs);
size_t lanes_panel_room(size_t rows, size_t inner);

/// The rows from ..< to of one panel's columns. `next` is the panel that this thread will likely be asked for after it: its
/// weights are fetched on the way.
void lanes_panel_product(
    const lanes_panels *product, size_t panel, size_t next, size_t from, size_t to, void *room);

#endif
