#define HEAD_SIZE 16
#include "AttentionKernels.h"
