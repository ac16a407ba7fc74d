#ifndef CLANES_EPILOGUE_H
#define CLANES_EPILOGUE_H

#include <stddef.h>

#include "ConvolutionLanes.h"

/// What becomes of a product's sums before they are written: y = activation(sums + bias) + addend.

typedef enum { LANES_IDENTITY, LANES_GELU, LANES_QUICK_GELU } lanes_activation;

typedef struct {
    const float *bias;       // [outs], or NULL
    lanes_activation activation;
    const float *addend;     // [rows, outs], or NULL
    void *y;                 // [rows, outs]; may be the addend, where it is float
    lanes_type type;         // of y
} lanes_epilogue;

#endif
