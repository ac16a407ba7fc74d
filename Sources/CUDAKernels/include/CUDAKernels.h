// The kernels for NVIDIA's GPUs as text: CUDA C, compiled by NVRTC where a GPU is used.

#ifndef CUDA_KERNELS_H
#define CUDA_KERNELS_H

/// The text of a file of kernels by its name without ending ("norms"); NULL if there is none of this name.
const char *cuda_kernel_source(const char *file);

/// The name and the text of header number `index`, which files may read by that name; NULL after the last.
const char *cuda_kernel_header(int index, const char **text);

/// The name of file number `index`; NULL after the last.
const char *cuda_kernel_file(int index);

/// 1 if the file is compiled for one size of heads at a time, given as HEAD_SIZE; else 0.
int cuda_kernel_needs_head_size(const char *file);

#endif
