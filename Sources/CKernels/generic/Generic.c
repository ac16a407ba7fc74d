// The class that every processor belongs to: whatever vectors the compiler may always use.
#include "../Tables.h"
#include "../simd/Table.h"

void fill_generic(kernel_table *table) { fill_simd(table); }
