// The kernels that every class has, in the class's own code.
#ifndef KERNELS_TABLE_H
#define KERNELS_TABLE_H

#include "CachedAttention.h"
#include "Images.h"
#include "Rows.h"
#include "Winograd.h"

static void fill_simd(kernel_table *table) {
    table->softmax = softmax;
    table->softmax_gradient = softmax_gradient;
    table->log_sum_exp = log_sum_exp;
    table->exponential = exponential;
    table->layer_norm = layer_norm;
    table->layer_norm_bf16 = layer_norm_bf16;
    table->layer_norm_gradient = layer_norm_gradient;
    table->layer_norm_gradient_bf16 = layer_norm_gradient_bf16;
    table->gelu = gelu;
    table->gelu_bf16 = gelu_bf16;
    table->gelu_gradient = gelu_gradient;
    table->gelu_gradient_bf16 = gelu_gradient_bf16;
    table->to_int8 = to_int8;
    table->to_int16 = to_int16;
    table->adamw = adamw;
    table->moments = moments;
    table->affine = affine;
    table->convert = convert;
    table->add = add;
    table->window_largest = window_largest;
    table->window_sum = window_sum;
    table->winograd_take = winograd_take;
    table->winograd_give = winograd_give;
    table->attend_f32 = attend_f32;
    table->attend_bf16 = attend_bf16;
}

#endif
