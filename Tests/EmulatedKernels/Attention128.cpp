#define HEAD_SIZE 128
#include "AttentionKernels.h"
