// libpng behind calls that cannot jump: every setjmp begins and ends inside CPNG.c.
//
// A call that fails returns 0 or NULL and leaves a zero-terminated sentence in `error`, at most
// CPNG_ERROR_CAPACITY bytes with its end.

#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

#define CPNG_ERROR_CAPACITY 256

/// One PNG file in memory, opened for reading. The bytes must outlive it.
typedef struct cpng_reader cpng_reader;

/// Reads everything before the pixels; text chunks only if `texts` is not 0. NULL on failure.
cpng_reader *cpng_open(const uint8_t *bytes, size_t length, int texts, char *error);
uint32_t cpng_width(const cpng_reader *reader);
uint32_t cpng_height(const cpng_reader *reader);

/// Bytes of the pixels as the file stores them, before compression; interlacing adds a little more.
uint64_t cpng_stored_size(const cpng_reader *reader);

/// Fills `pixels` with 8-bit RGB and reads to the picture's end; `capacity` must be exactly width·height·3.
/// Alpha and transparent colours are dropped. 16-bit colour keeps its high byte; 16-bit grey is cut off at 255.
int cpng_read_pixels(cpng_reader *reader, uint8_t *pixels, size_t capacity, char *error);

/// Text chunks seen so far: those before the pixels after cpng_open, all of them after cpng_read_pixels.
size_t cpng_text_count(const cpng_reader *reader);
const char *cpng_text_key(const cpng_reader *reader, size_t index);
/// `is_utf8` is 1 for iTXt chunks, 0 for tEXt and zTXt, which hold Latin-1.
const char *cpng_text_value(const cpng_reader *reader, size_t index, size_t *length, int *is_utf8);

void cpng_close(cpng_reader *reader);

/// One text chunk to write: iTXt when is_utf8, else tEXt. Both strings end with a zero byte.
typedef struct {
    const char *key;
    const char *value;
    int is_utf8;
} cpng_text;

/// Encodes 8-bit RGB. On success `*out` holds `*out_length` bytes to be given back with cpng_free.
int cpng_encode(const uint8_t *pixels, size_t pixels_length, uint32_t width, uint32_t height,
                const cpng_text *texts, size_t text_count, int compression_level,
                uint8_t **out, size_t *out_length, char *error);
void cpng_free(uint8_t *bytes);

#endif
