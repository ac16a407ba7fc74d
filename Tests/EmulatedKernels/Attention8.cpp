#define HEAD_SIZE 8
#include "AttentionKernels.h"
