#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// MARK: - Errors

typedef struct {
    jmp_buf escape;
    char *text;
} failure;

static void on_error(png_structp png, png_const_charp message) {
    failure *f = png_get_error_ptr(png);
    snprintf(f->text, CPNG_ERROR_CAPACITY, "%s", message);
    longjmp(f->escape, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

// MARK: - Reading

struct cpng_reader {
    png_structp png;
    png_infop info;
    png_infop end;
    failure failure;
    const uint8_t *bytes;
    size_t length;
    size_t position;
    // Kept here, not on the stack, so that a jump cannot lose them.
    png_bytep *rows;
    uint8_t *wide;
};

static void read_bytes(png_structp png, png_bytep out, size_t count) {
    cpng_reader *reader = png_get_io_ptr(png);
    if (count > reader->length - reader->position) png_error(png, "the file ends too early");
    memcpy(out, reader->bytes + reader->position, count);
    reader->position += count;
}

// libpng makes room for a whole chunk, zeros it and only then reads it: a chunk that claims more than the file has must
// be refused before. Pixels are read piece by piece, so a cut file may still show what stands before them. What follows
// the picture's end is nobody's: it is not looked at, as Pillow and the browsers do not.
static int chunks_fit(const uint8_t *bytes, size_t length) {
    size_t at = 8;
    while (at <= length && length - at >= 8) {
        const uint8_t *chunk = bytes + at;
        const size_t size = (size_t)chunk[0] << 24 | (size_t)chunk[1] << 16 | (size_t)chunk[2] << 8 | chunk[3];
        if (memcmp(chunk + 4, "IEND", 4) == 0) return 1;
        if (size > length - at - 8) return memcmp(chunk + 4, "IDAT", 4) == 0;
        at += 12 + size;
    }
    return 1;
}

// Chunks that say nothing of the pixels as they are read here. Some are compressed, and a small file can hold gigabytes
// in them: they are passed over unopened. Texts among them only where the caller does not ask for them.
static void pass_over(png_structp png, int texts) {
    static const png_byte unread[] = "tEXt\0zTXt\0iTXt\0iCCP\0sPLT\0eXIf\0hIST\0pCAL\0sCAL\0tIME\0bKGD\0cHRM\0gAMA\0sRGB\0sBIT";
    const int first = texts ? 3 : 0, count = (int)(sizeof unread / 5);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, unread + 5 * first, count - first);
}

cpng_reader *cpng_open(const uint8_t *bytes, size_t length, int texts, char *error) {
    cpng_reader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        snprintf(error, CPNG_ERROR_CAPACITY, "no memory left");
        return NULL;
    }
    if (!chunks_fit(bytes, length)) {
        snprintf(error, CPNG_ERROR_CAPACITY, "the file ends too early");
        free(reader);
        return NULL;
    }
    reader->bytes = bytes;
    reader->length = length;
    reader->failure.text = error;
    snprintf(error, CPNG_ERROR_CAPACITY, "libpng could not start");
    if (setjmp(reader->failure.escape)) {
        cpng_close(reader);
        return NULL;
    }
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader->failure, on_error, on_warning);
    if (reader->png) reader->info = png_create_info_struct(reader->png);
    if (reader->info) reader->end = png_create_info_struct(reader->png);
    if (!reader->end) {
        cpng_close(reader);
        return NULL;
    }
    // The caller judges the size; nothing is allocated for it before cpng_read_pixels.
    png_set_user_limits(reader->png, 0x7fffffff, 0x7fffffff);
    // At most so many texts of at most so many bytes once they are unpacked; Pillow allows as much.
    png_set_chunk_cache_max(reader->png, 64);
    png_set_chunk_malloc_max(reader->png, 1 << 20);
    pass_over(reader->png, texts);
    png_set_read_fn(reader->png, reader, read_bytes);
    png_read_info(reader->png, reader->info);
    return reader;
}

uint32_t cpng_width(const cpng_reader *reader) { return png_get_image_width(reader->png, reader->info); }
uint32_t cpng_height(const cpng_reader *reader) { return png_get_image_height(reader->png, reader->info); }

uint64_t cpng_stored_size(const cpng_reader *reader) {
    return (uint64_t)cpng_height(reader) * (png_get_rowbytes(reader->png, reader->info) + 1);
}

int cpng_read_pixels(cpng_reader *reader, uint8_t *pixels, size_t capacity, char *error) {
    const size_t width = cpng_width(reader), height = cpng_height(reader);
    if (capacity / 3 / width != height || capacity != width * height * 3) {
        snprintf(error, CPNG_ERROR_CAPACITY, "the room for the pixels has a wrong size");
        return 0;
    }
    reader->failure.text = error;
    if (setjmp(reader->failure.escape)) return 0;

    const int depth = png_get_bit_depth(reader->png, reader->info);
    const int color = png_get_color_type(reader->png, reader->info);
    const int wide_grey = depth == 16 && color == PNG_COLOR_TYPE_GRAY;
    if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(reader->png);
    if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(reader->png);
    if (!wide_grey) {
        if (depth == 16) png_set_strip_16(reader->png);
        if (!(color & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(reader->png);
        png_set_strip_alpha(reader->png);
    }
    png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);

    const size_t row_bytes = width * (wide_grey ? 2 : 3);
    if (png_get_rowbytes(reader->png, reader->info) != row_bytes) png_error(reader->png, "unexpected row length");
    reader->rows = malloc(height * sizeof *reader->rows);
    if (wide_grey) reader->wide = malloc(height * row_bytes);
    if (!reader->rows || (wide_grey && !reader->wide)) png_error(reader->png, "no memory left");
    uint8_t *target = wide_grey ? reader->wide : pixels;
    for (size_t y = 0; y < height; y++) reader->rows[y] = target + y * row_bytes;
    png_read_image(reader->png, reader->rows);
    png_read_end(reader->png, reader->end);

    if (wide_grey) {
        for (size_t i = 0; i < width * height; i++) {
            const uint8_t grey = reader->wide[2 * i] ? 255 : reader->wide[2 * i + 1];
            memset(pixels + 3 * i, grey, 3);
        }
    }
    return 1;
}

// Texts before the pixels are held by `info`, later ones by `end`.
static const png_text *text_at(const cpng_reader *reader, size_t index, size_t *count) {
    png_textp first = NULL, last = NULL;
    int first_count = 0, last_count = 0;
    png_get_text(reader->png, reader->info, &first, &first_count);
    png_get_text(reader->png, reader->end, &last, &last_count);
    *count = (size_t)first_count + (size_t)last_count;
    if (index < (size_t)first_count) return &first[index];
    return index < *count ? &last[index - (size_t)first_count] : NULL;
}

size_t cpng_text_count(const cpng_reader *reader) {
    size_t count;
    text_at(reader, 0, &count);
    return count;
}

const char *cpng_text_key(const cpng_reader *reader, size_t index) {
    size_t count;
    const png_text *text = text_at(reader, index, &count);
    return text ? text->key : NULL;
}

const char *cpng_text_value(const cpng_reader *reader, size_t index, size_t *length, int *is_utf8) {
    size_t count;
    const png_text *text = text_at(reader, index, &count);
    if (!text) return NULL;
    *is_utf8 = text->compression >= PNG_ITXT_COMPRESSION_NONE;
    *length = *is_utf8 ? text->itxt_length : text->text_length;
    return text->text;
}

void cpng_close(cpng_reader *reader) {
    if (!reader) return;
    if (reader->png && reader->end) png_destroy_info_struct(reader->png, &reader->end);
    if (reader->png) png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader->rows);
    free(reader->wide);
    free(reader);
}

// MARK: - Writing

typedef struct {
    png_structp png;
    png_infop info;
    failure failure;
    png_textp texts;
    uint8_t *bytes;
    size_t length;
    size_t capacity;
} writer;

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
    writer *w = png_get_io_ptr(png);
    if (count > SIZE_MAX / 4 - w->length) png_error(png, "the file would be too large");
    if (w->length + count > w->capacity) {
        size_t capacity = 2 * (w->length + count);
        uint8_t *grown = realloc(w->bytes, capacity);
        if (!grown) png_error(png, "no memory left");
        w->bytes = grown;
        w->capacity = capacity;
    }
    memcpy(w->bytes + w->length, bytes, count);
    w->length += count;
}

static void flush_bytes(png_structp png) { (void)png; }

static void close_writer(writer *w) {
    if (w->png) png_destroy_write_struct(&w->png, &w->info);
    free(w->texts);
    free(w);
}

int cpng_encode(const uint8_t *pixels, size_t pixels_length, uint32_t width, uint32_t height,
                const cpng_text *texts, size_t text_count, int compression_level,
                uint8_t **out, size_t *out_length, char *error) {
    if (width == 0 || height == 0 || pixels_length / 3 / width != height
        || pixels_length != (size_t)width * height * 3 || text_count > 10000) {
        snprintf(error, CPNG_ERROR_CAPACITY, "the pixels do not fit the size given");
        return 0;
    }
    writer *w = calloc(1, sizeof *w);
    if (!w) {
        snprintf(error, CPNG_ERROR_CAPACITY, "no memory left");
        return 0;
    }
    w->failure.text = error;
    snprintf(error, CPNG_ERROR_CAPACITY, "libpng could not start");
    if (setjmp(w->failure.escape)) {
        free(w->bytes);
        close_writer(w);
        return 0;
    }
    w->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &w->failure, on_error, on_warning);
    if (w->png) w->info = png_create_info_struct(w->png);
    if (!w->info) {
        close_writer(w);
        return 0;
    }
    png_set_write_fn(w->png, w, write_bytes, flush_bytes);
    png_set_compression_level(w->png, compression_level);
    png_set_filter(w->png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
    png_set_IHDR(w->png, w->info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (text_count > 0) {
        w->texts = calloc(text_count, sizeof *w->texts);
        if (!w->texts) png_error(w->png, "no memory left");
        for (size_t i = 0; i < text_count; i++) {
            png_textp text = &w->texts[i];
            text->compression = texts[i].is_utf8 ? PNG_ITXT_COMPRESSION_NONE : PNG_TEXT_COMPRESSION_NONE;
            text->key = (png_charp)texts[i].key;
            text->text = (png_charp)texts[i].value;
        }
        png_set_text(w->png, w->info, w->texts, (int)text_count);
    }
    png_write_info(w->png, w->info);
    const size_t row_bytes = (size_t)width * 3;
    for (size_t y = 0; y < height; y++) png_write_row(w->png, pixels + y * row_bytes);
    png_write_end(w->png, NULL);
    *out = w->bytes;
    *out_length = w->length;
    close_writer(w);
    return 1;
}

void cpng_free(uint8_t *bytes) { free(bytes); }
