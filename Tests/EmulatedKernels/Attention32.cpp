#define HEAD_SIZE 32
#include "AttentionKernels.h"
