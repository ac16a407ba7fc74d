/// The one function of libFuzzer that we call: its loop, with the reader to feed (llvm.org/docs/LibFuzzer.html,
/// "Using libFuzzer as a library").
#pragma once
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*reader)(const uint8_t *data, size_t size));
