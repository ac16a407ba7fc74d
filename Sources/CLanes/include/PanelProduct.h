#ifndef CLANES_PANEL_PRODUCT_H
#define CLANES_PANEL_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "Epilogue.h"

/// Products of many rows with a large matrix that stays as it lies: y = activation(x·w + bias) + addend, sums in float.
/// Sixty-four of y's columns at a time are multiplied with a panel of w, brought into the order in which the processor
/// takes it while it is in the second-level cache; no packed copy of w is kept, and the same w serves both directions
/// (Goto and van de Geijn 2008).
///
/// Numbers are taken in units of four bytes: one float, or two bfloat16. Every sum is made in one order, unit after unit
/// over a run of them, then runs one after another, whatever the number of rows and however they are dealt out. Only where
/// lanes_has_products.

typedef struct {
    lanes_type type;         // of x and w
    size_t rows, units, outs;
    const void *x;           // [rows, units]
    const void *w;           // [outs, units] if rows_are_outs; if not, [numbers of x's rows, outs]
    bool rows_are_outs;
    lanes_epilogue end;
} lanes_panels;

/// How many panels there are, and how many bytes a call needs in `room`.
size_t lanes_panel_count(size_t outs);
size_t lanes_panel_room(size_t rows, size_t units);

/// The rows from ..< to of one panel's columns. `next` is the panel that this thread will likely be asked for after it: its
/// weights are fetched on the way.
void lanes_panel_product(
    const lanes_panels *product, size_t panel, size_t next, size_t from, size_t to, void *room);

#endif
