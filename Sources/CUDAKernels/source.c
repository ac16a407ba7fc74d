#include <string.h>

#include "CUDAKernels.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char device[] = {
#embed "kernels/device.h"
    , 0};

static const char convolution_h[] = {
#embed "kernels/convolution.h"
    , 0};

static const char attention_h[] = {
#embed "kernels/attention.h"
    , 0};

static const char attention_tiles[] = {
#embed "kernels/attention_tiles.h"
    , 0};

static const char draw[] = {
#embed "kernels/draw.h"
    , 0};

static const char wgmma[] = {
#embed "kernels/wgmma.h"
    , 0};

static const char patches[] = {
#embed "kernels/patches.h"
    , 0};

static const char elementwise[] = {
#embed "kernels/elementwise.cu"
    , 0};

static const char norms[] = {
#embed "kernels/norms.cu"
    , 0};

static const char losses[] = {
#embed "kernels/losses.cu"
    , 0};

static const char sampling[] = {
#embed "kernels/sampling.cu"
    , 0};

static const char attention[] = {
#embed "kernels/attention.cu"
    , 0};

static const char attention_gradient[] = {
#embed "kernels/attention_gradient.cu"
    , 0};

static const char attention_f32[] = {
#embed "kernels/attention_f32.cu"
    , 0};

static const char drawing[] = {
#embed "kernels/drawing.cu"
    , 0};

static const char images[] = {
#embed "kernels/images.cu"
    , 0};

static const char convolution[] = {
#embed "kernels/convolution.cu"
    , 0};

static const char convolution_wgmma[] = {
#embed "kernels/convolution_wgmma.cu"
    , 0};

static const char convolution_patches_wgmma[] = {
#embed "kernels/convolution_patches_wgmma.cu"
    , 0};

static const char group_norm[] = {
#embed "kernels/group_norm.cu"
    , 0};

static const char training[] = {
#embed "kernels/training.cu"
    , 0};

static const struct {
    const char *name, *text;
} headers[] = {{"device.h", device}, {"attention.h", attention_h}, {"attention_tiles.h", attention_tiles},
             {"convolution.h", convolution_h}, {"draw.h", draw}, {"patches.h", patches}, {"wgmma.h", wgmma}};

static const int header_count = sizeof headers / sizeof headers[0];

static const struct {
    const char *name, *text;
    int needs_head_size;
} files[] = {
    {"elementwise", elementwise, 0},
    {"norms", norms, 0},
    {"losses", losses, 0},
    {"sampling", sampling, 0},
    {"attention", attention, 1},
    {"attention_gradient", attention_gradient, 1},
    {"attention_f32", attention_f32, 1},
    {"drawing", drawing, 1},
    {"images", images, 0},
    {"convolution", convolution, 0},
    {"convolution_wgmma", convolution_wgmma, 0},
    {"convolution_patches_wgmma", convolution_patches_wgmma, 0},
    {"group_norm", group_norm, 0},
    {"training", training, 0},
};

static const int count = sizeof files / sizeof files[0];

const char *cuda_kernel_source(const char *file) {
    for (int i = 0; i < count; ++i) {
        if (strcmp(file, files[i].name) == 0) return files[i].text;
    }
    return NULL;
}

const char *cuda_kernel_header(int index, const char **text) {
    if (index < 0 || index >= header_count) return NULL;
    *text = headers[index].text;
    return headers[index].name;
}

const char *cuda_kernel_file(int index) { return index >= 0 && index < count ? files[index].name : NULL; }

int cuda_kernel_needs_head_size(const char *file) {
    for (int i = 0; i < count; ++i) {
        if (strcmp(file, files[i].name) == 0) return files[i].needs_head_size;
    }
    return 0;
}
