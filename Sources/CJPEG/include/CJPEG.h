// libjpeg-turbo behind calls that cannot jump: every setjmp begins and ends inside CJPEG.c.
//
// A call that fails returns 0 or NULL and leaves a zero-terminated sentence in `error`, at most
// CJPEG_ERROR_CAPACITY bytes with its end.

#ifndef CJPEG_H
#define CJPEG_H

#include <stddef.h>
#include <stdint.h>

#define CJPEG_ERROR_CAPACITY 256

/// One JPEG file in memory, opened for reading. The bytes must outlive it.
typedef struct cjpeg_reader cjpeg_reader;

/// Reads everything before the pixels. NULL on failure.
cjpeg_reader *cjpeg_open(const uint8_t *bytes, size_t length, char *error);
uint32_t cjpeg_width(const cjpeg_reader *reader);
uint32_t cjpeg_height(const cjpeg_reader *reader);
/// Whether its numbers are packed by arithmetic coding, which may spend less than a bit on one, and not by Huffman's.
int cjpeg_is_arithmetic(const cjpeg_reader *reader);

/// Fills `pixels` with 8-bit RGB; `capacity` must be exactly width·height·3.
/// Grey is repeated; CMYK and YCCK are taken as inverted (Adobe's habit) and multiplied down to RGB.
int cjpeg_read_pixels(cjpeg_reader *reader, uint8_t *pixels, size_t capacity, char *error);

void cjpeg_close(cjpeg_reader *reader);

/// Encodes 8-bit RGB as baseline JPEG with halved chroma (4:2:0), `quality` 1...100.
/// On success `*out` holds `*out_length` bytes to be given back with cjpeg_free.
int cjpeg_encode(const uint8_t *pixels, size_t pixels_length, uint32_t width, uint32_t height, int quality,
                 uint8_t **out, size_t *out_length, char *error);
void cjpeg_free(uint8_t *bytes);

#endif
