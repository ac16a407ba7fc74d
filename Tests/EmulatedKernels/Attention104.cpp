#define HEAD_SIZE 104
#include "AttentionKernels.h"
