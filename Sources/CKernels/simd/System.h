// The system's headers, to be read before a class's instructions are asked for.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
