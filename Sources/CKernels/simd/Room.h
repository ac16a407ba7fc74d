// Pieces of the room that a caller gives a kernel.
#ifndef KERNELS_SIMD_ROOM_H
#define KERNELS_SIMD_ROOM_H

#include <stddef.h>

static size_t up(size_t count, size_t multiple) { return (count + multiple - 1) / multiple * multiple; }

// Pieces one after another, each at a cache line: each may take 63 bytes more than it has.
static void *piece(char **room, size_t bytes) {
    char *start = *room;
    *room += up(bytes, 64);
    return start;
}

#endif
