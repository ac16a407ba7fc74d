#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// MARK: - Errors

typedef struct {
    struct jpeg_error_mgr manager;  // first, so that libjpeg's pointer is also ours
    jmp_buf escape;
    char *text;
} failure;

static void on_error(j_common_ptr codec) {
    failure *f = (failure *)codec->err;
    char message[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, message);
    snprintf(f->text, CJPEG_ERROR_CAPACITY, "%s", message);
    longjmp(f->escape, 1);
}

static void on_message(j_common_ptr codec) { (void)codec; }

static struct jpeg_error_mgr *prepare(failure *f, char *text) {
    jpeg_std_error(&f->manager);
    f->manager.error_exit = on_error;
    f->manager.output_message = on_message;
    f->text = text;
    return &f->manager;
}

static void fail(j_common_ptr codec, const char *message) {
    failure *f = (failure *)codec->err;
    snprintf(f->text, CJPEG_ERROR_CAPACITY, "%s", message);
    longjmp(f->escape, 1);
}

// MARK: - Reading

struct cjpeg_reader {
    struct jpeg_decompress_struct codec;
    failure failure;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    uint8_t *row;  // one row of CMYK
    int is_whole;  // every pixel is there; what follows need not be
};

// libjpeg would complete a cut file with grey; we refuse it.
static boolean out_of_bytes(j_decompress_ptr codec) {
    if (!((cjpeg_reader *)codec)->is_whole) fail((j_common_ptr)codec, "the file ends too early");
    return FALSE;
}

static void skip_bytes(j_decompress_ptr codec, long count) {
    if (count <= 0) return;
    if ((size_t)count > codec->src->bytes_in_buffer) {
        out_of_bytes(codec);
        count = (long)codec->src->bytes_in_buffer;
    }
    codec->src->next_input_byte += count;
    codec->src->bytes_in_buffer -= (size_t)count;
}

static void begin_source(j_decompress_ptr codec) { (void)codec; }
static void end_source(j_decompress_ptr codec) { (void)codec; }

// A small progressive file can ask for thousands of passes over a large picture. Programs make a dozen, and the largest
// picture that is read here may have as many.
enum { most_scans = 100 };
static const uint64_t most_work = (uint64_t)12 * 178956970;   // pixels times scans

static void watch_passes(j_common_ptr common) {
    const j_decompress_ptr codec = (j_decompress_ptr)common;
    const uint64_t scans = (uint64_t)codec->input_scan_number;
    char message[CJPEG_ERROR_CAPACITY];
    if (scans > most_scans) {
        snprintf(message, sizeof message, "it has more than %d scans, made to keep a reader busy", most_scans);
        fail(common, message);
    }
    if (scans * codec->image_width * codec->image_height > most_work) {
        snprintf(
            message, sizeof message, "its scans pass over %u×%u pixels more than %u times, made to keep a reader busy",
            codec->image_width, codec->image_height, (unsigned)(scans - 1));
        fail(common, message);
    }
}

cjpeg_reader *cjpeg_open(const uint8_t *bytes, size_t length, char *error) {
    cjpeg_reader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        snprintf(error, CJPEG_ERROR_CAPACITY, "no memory left");
        return NULL;
    }
    reader->codec.err = prepare(&reader->failure, error);
    if (setjmp(reader->failure.escape)) {
        cjpeg_close(reader);
        return NULL;
    }
    jpeg_create_decompress(&reader->codec);
    reader->source.init_source = begin_source;
    reader->source.fill_input_buffer = out_of_bytes;
    reader->source.skip_input_data = skip_bytes;
    reader->source.resync_to_restart = jpeg_resync_to_restart;
    reader->source.term_source = end_source;
    reader->source.next_input_byte = bytes;
    reader->source.bytes_in_buffer = length;
    reader->codec.src = &reader->source;
    reader->progress.progress_monitor = watch_passes;
    reader->codec.progress = &reader->progress;
    jpeg_read_header(&reader->codec, TRUE);
    return reader;
}

uint32_t cjpeg_width(const cjpeg_reader *reader) { return reader->codec.image_width; }
uint32_t cjpeg_height(const cjpeg_reader *reader) { return reader->codec.image_height; }
int cjpeg_is_arithmetic(const cjpeg_reader *reader) { return reader->codec.arith_code; }

// a·b/255, rounded, for a and b in 0...255.
static unsigned product(unsigned a, unsigned b) {
    const unsigned t = a * b + 128;
    return ((t >> 8) + t) >> 8;
}

int cjpeg_read_pixels(cjpeg_reader *reader, uint8_t *pixels, size_t capacity, char *error) {
    j_decompress_ptr codec = &reader->codec;
    const size_t width = codec->image_width, height = codec->image_height;
    if (width == 0 || capacity / 3 / width != height || capacity != width * height * 3) {
        snprintf(error, CJPEG_ERROR_CAPACITY, "the room for the pixels has a wrong size");
        return 0;
    }
    reader->failure.text = error;
    if (setjmp(reader->failure.escape)) return 0;

    const int four = codec->jpeg_color_space == JCS_CMYK || codec->jpeg_color_space == JCS_YCCK;
    codec->out_color_space = four ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(codec);
    if (codec->output_width != width || codec->output_height != height || codec->output_components != (four ? 4 : 3))
        fail((j_common_ptr)codec, "its colours cannot be read");
    if (four) {
        reader->row = malloc(width * 4);
        if (!reader->row) fail((j_common_ptr)codec, "no memory left");
    }
    while (codec->output_scanline < codec->output_height) {
        uint8_t *target = pixels + (size_t)codec->output_scanline * width * 3;
        JSAMPROW row = four ? reader->row : target;
        if (jpeg_read_scanlines(codec, &row, 1) != 1) fail((j_common_ptr)codec, "the file ends too early");
        for (size_t x = 0; four && x < width; x++) {
            // Stored inverted: 255 − ink. With white w = 255 − black: out = w − (ink·w)/255.
            const unsigned white = row[4 * x + 3];
            for (size_t c = 0; c < 3; c++)
                target[3 * x + c] = (uint8_t)(white - product(255u - row[4 * x + c], white));
        }
    }
    reader->is_whole = 1;
    jpeg_finish_decompress(codec);   // looks for the end's mark; Pillow, too, is content without it
    return 1;
}

void cjpeg_close(cjpeg_reader *reader) {
    if (!reader) return;
    jpeg_destroy_decompress(&reader->codec);
    free(reader->row);
    free(reader);
}

// MARK: - Writing

typedef struct {
    struct jpeg_compress_struct codec;
    failure failure;
    struct jpeg_destination_mgr destination;
    uint8_t *bytes;
    size_t capacity;
} writer;

static void begin_destination(j_compress_ptr codec) { (void)codec; }

// Called when the room is used up: all of it is kept, and as much again is added.
static boolean grow(j_compress_ptr codec) {
    writer *w = (writer *)codec;
    uint8_t *grown = realloc(w->bytes, 2 * w->capacity);
    if (!grown) fail((j_common_ptr)codec, "no memory left");
    w->bytes = grown;
    w->destination.next_output_byte = grown + w->capacity;
    w->destination.free_in_buffer = w->capacity;
    w->capacity *= 2;
    return TRUE;
}

static void end_destination(j_compress_ptr codec) { (void)codec; }

int cjpeg_encode(const uint8_t *pixels, size_t pixels_length, uint32_t width, uint32_t height, int quality,
                 uint8_t **out, size_t *out_length, char *error) {
    if (width == 0 || height == 0 || pixels_length / 3 / width != height
        || pixels_length != (size_t)width * height * 3) {
        snprintf(error, CJPEG_ERROR_CAPACITY, "the pixels do not fit the size given");
        return 0;
    }
    writer *w = calloc(1, sizeof *w);
    if (!w) {
        snprintf(error, CJPEG_ERROR_CAPACITY, "no memory left");
        return 0;
    }
    w->codec.err = prepare(&w->failure, error);
    if (setjmp(w->failure.escape)) {
        jpeg_destroy_compress(&w->codec);
        free(w->bytes);
        free(w);
        return 0;
    }
    jpeg_create_compress(&w->codec);
    w->capacity = 1 << 14;
    w->bytes = malloc(w->capacity);
    if (!w->bytes) fail((j_common_ptr)&w->codec, "no memory left");
    w->destination.init_destination = begin_destination;
    w->destination.empty_output_buffer = grow;
    w->destination.term_destination = end_destination;
    w->destination.next_output_byte = w->bytes;
    w->destination.free_in_buffer = w->capacity;
    w->codec.dest = &w->destination;
    w->codec.image_width = width;
    w->codec.image_height = height;
    w->codec.input_components = 3;
    w->codec.in_color_space = JCS_RGB;
    jpeg_set_defaults(&w->codec);
    jpeg_set_quality(&w->codec, quality, TRUE);
    jpeg_start_compress(&w->codec, TRUE);
    while (w->codec.next_scanline < height) {
        JSAMPROW row = (JSAMPROW)(pixels + (size_t)w->codec.next_scanline * width * 3);
        jpeg_write_scanlines(&w->codec, &row, 1);
    }
    jpeg_finish_compress(&w->codec);
    *out = w->bytes;
    *out_length = w->capacity - w->destination.free_in_buffer;
    jpeg_destroy_compress(&w->codec);
    free(w);
    return 1;
}

void cjpeg_free(uint8_t *bytes) { free(bytes); }
