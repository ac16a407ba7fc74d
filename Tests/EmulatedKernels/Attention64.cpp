#define HEAD_SIZE 64
#include "AttentionKernels.h"
