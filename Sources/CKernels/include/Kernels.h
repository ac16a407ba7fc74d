#ifndef KERNELS_H
#define KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Our own kernels: what each computes, in which order it sums, and one table that says where each is for the processor at
/// hand. `Dispatch.c` is the only place that asks the processor. Where a pointer is NULL the class has no such kernel, and
/// the caller goes its other way.
///
/// No alignment is asked for. Input and output may overlap only where they are the same. Bfloat16 numbers are widened when
/// read; what is written is rounded to nearest, ties to even; what is not a number stays so.

#pragma clang assume_nonnull begin

/// The classes of processors, from the one that every processor belongs to upwards; a processor has those of its own
/// architecture only.
typedef enum {
    KERNELS_GENERIC,      // what the target's compiler may always use: SSE2
    KERNELS_NEON,         // arm64: NEON, whose products and sums fuse
    KERNELS_NEONBF16,     // and products of bfloat16 and of whole numbers (FEAT_BF16, FEAT_I8MM)
    KERNELS_AVX2,         // x86-64-v3: AVX2 with fused multiply-add
    KERNELS_AVX512,       // x86-64-v4
    KERNELS_AVX512BF16,   // and products of bfloat16 and of whole numbers (VNNI)
    KERNELS_AMX           // and tiles of bfloat16 numbers (AMX), for products of many rows and of few; oneDNN uses them too
} kernel_class;

/// How numbers lie in memory. Whole numbers of eight bits are weights of skinny products only.
typedef enum { KERNEL_F32, KERNEL_BF16, KERNEL_INT8 } kernel_type;

typedef enum { KERNEL_IDENTITY, KERNEL_RELU, KERNEL_GELU, KERNEL_QUICK_GELU } kernel_activation;

// MARK: products

/// What becomes of a product's sums before they are written: y = activation(sums + bias) + addend.
typedef struct {
    const float *_Nullable bias;       // [outs]
    kernel_activation activation;
    const float *_Nullable addend;     // [rows, outs]
    void *y;                           // [rows, outs]; may be the addend, where it is float
    kernel_type type;                  // of y
} kernel_epilogue;

/// A product of few rows with a large matrix, which is read from memory once: y = activation(x·wᵀ + bias) + addend.
///
/// The matrix is packed in panels of `columns` outputs, [panels, units, columns]: what all outputs of a panel multiply with
/// the same numbers of x lies side by side, in the order in which it is read. A unit is what one output takes at a time:
/// one float, two bfloat16 or two whole numbers; four bytes of a row of x. Missing outputs of the last panel are zero.
typedef struct {
    /// Of w. With KERNEL_INT8 w holds whole numbers −127...127 in eight bits, x those of −32767...32767 in sixteen, with a
    /// scale for each row of both; otherwise x is of the same type.
    kernel_type type;
    size_t rows, units, outs;
    const void *x;                        // [rows, units] of four bytes
    const float *_Nullable x_scales;      // [rows], for whole numbers
    const void *w;                        // [panels, units, columns]
    const float *_Nullable w_scales;      // [outs], for whole numbers
    kernel_epilogue end;
} skinny_gemm;

/// Every sum is made in one order, whatever the number of rows and however panels are dealt out: unit after unit over a run
/// of them, runs one after another.
typedef struct {
    /// Outputs of a panel.
    size_t columns;
    /// Panels that a call should have at least, of one row and of more: as many as are read side by side, or as are worth
    /// bringing x in order for.
    size_t fewest_of_one_row, fewest;
    /// Packs the panels from ..< to of w [outs, units]; `width` is the bytes of a unit, 4 or 2.
    void (*pack)(const void *w, size_t outs, size_t units, size_t width, size_t from, size_t to, void *panels);
    /// How many bytes a call needs in `room`.
    size_t (*room)(size_t rows, size_t units, kernel_type type);
    /// The columns of the panels from ..< to, for all rows. `after` is the panel that this thread will likely be asked for
    /// next: where there are many rows it is fetched on the way.
    void (*run)(const skinny_gemm *product, size_t from, size_t to, size_t after, void *room);
} skinny_gemm_kernels;

/// A convolution of channels-last images [images, height, width, channels] into [images, out_height, out_width, outs].
/// `top`, `left`: zeros above and beside the images; what a kernel sees beyond the other two sides is zero, too.
typedef struct {
    size_t height, width, channels, top, left;
    size_t kernel_height, kernel_width, stride;
    size_t out_height, out_width, outs;
} convolution;

/// A product of many rows with a large matrix that stays as it lies: y = activation(x·w + bias) + addend, sums in float.
/// `columns` of y's columns at a time are multiplied with a panel of w, brought into the order in which the processor takes
/// it (as floats, where it multiplies no bfloat16; as tiles, where it has them) while it is in the second-level cache; no
/// packed copy of w is kept, and the same w serves both directions (Goto and van de Geijn 2008). Numbers are taken in units
/// of four bytes: one float, or two bfloat16.
typedef struct {
    kernel_type type;        // of x and w
    size_t rows, units, outs;
    const void *x;           // [rows, units], or images
    /// Of images: a row of x is what the kernel sees of them for a pixel of the result, row by row, all channels of a pixel
    /// side by side; it is put together when it is needed. Of floats, by kernels that say so.
    const convolution *_Nullable windows;
    const void *w;           // [outs, units] if rows_are_outs; if not, [numbers of x's rows, outs]
    bool rows_are_outs;
    kernel_epilogue end;
} gemm;

/// Every sum is made in one order, unit after unit over a run of them, then runs one after another, whatever the number of
/// rows and however they are dealt out.
typedef struct {
    /// Outputs of a panel.
    size_t columns;
    bool takes_windows;
    /// How many bytes a call for so many rows needs in `room`.
    size_t (*room)(size_t rows, size_t units);
    /// The rows from ..< to of one panel's columns. `next` is the panel that this thread will likely be asked for after it:
    /// its weights are fetched on the way; none where there is no such panel.
    void (*run)(const gemm *product, size_t panel, size_t next, size_t from, size_t to, void *room);
} gemm_kernels;

// MARK: attention

/// How one head lies in memory: `time` positions of `size` numbers, `step` numbers apart; query i sees the first
/// `keys` positions, with `causal` only those up to its own.
typedef struct {
    size_t time, keys, size, step;
    float scale;
    bool causal;
} attention_head;

/// Attention of one head over numbers of one type, some queries at a time, so that the square matrix of scores is never
/// written (Dao et al. 2022, without the blocks of keys that a graphics processor needs); what a causal mask hides is not
/// computed. Sums and probabilities are floats; where the processor multiplies bfloat16, probabilities are rounded to it.
typedef struct {
    /// Numbers of a head: at most so many, and a multiple of this.
    size_t largest_size, size_multiple;
    /// How many bytes a call needs in `room`.
    size_t (*room)(size_t time, size_t size);
    /// out = softmax(scale · q kᵀ) v, rows out_step numbers apart; `sums` [time] takes log Σ e^(scale · score),
    /// which the gradients need. The scale is positive.
    void (*forward)(
        const attention_head *head, const void *q, const void *k, const void *v, void *out, size_t out_step,
        float *_Nullable sums, void *room);
    /// The gradients of q, k and v, laid out as these, from that of out.
    void (*backward)(
        const attention_head *head, const void *q, const void *k, const void *v, const void *out, const void *g,
        size_t out_step, const float *sums, void *dq, void *dk, void *dv, void *room);
} flash_attention_kernels;

// MARK: the table

typedef struct {
    kernel_class level;
    /// As SYNESTHESIA_ISA has it.
    const char *name;

    // Rows of floats, sixteen at a time. Every sum is made in one order: sixteen partial sums, then those, then the rest.

    /// y[i] = softmax of scale·x[i] for i < kept; y[i] = 0 for kept ≤ i < width.
    void (*softmax)(const float *x, float *y, size_t kept, size_t width, float scale);
    /// For p = softmax(scale·x) and the gradient g of p: y = scale · p · (g − Σ g·p).
    void (*softmax_gradient)(const float *p, const float *g, float *y, size_t width, float scale);
    /// log Σ eˣ.
    float (*log_sum_exp)(const float *x, size_t count);
    /// y = e^(x − shift) · factor.
    void (*exponential)(const float *x, float *y, size_t count, float shift, float factor);
    /// y = (x − mean) · inverse · gamma + beta; the row's mean and 1/√(variance + epsilon) go to statistics[0] and [1].
    void (*layer_norm)(
        const float *x, const float *gamma, const float *beta, float *y, size_t width, float epsilon, float *statistics);
    void (*layer_norm_bf16)(
        const float *x, const float *gamma, const float *beta, uint16_t *y, size_t width, float epsilon,
        float *statistics);
    /// The gradient of layer norm's input: with n = (x − mean)·inverse and s = g·gamma,
    /// y = inverse · (s − mean(s) − n · mean(s·n)).
    void (*layer_norm_gradient)(
        const float *x, const float *g, const float *gamma, float *y, size_t width, const float *statistics);
    void (*layer_norm_gradient_bf16)(
        const float *x, const uint16_t *g, const float *gamma, float *y, size_t width, const float *statistics);
    /// GELU with the exact normal distribution function, x·Φ(x), within 1e-7, and its gradient from the one of its result;
    /// in bfloat16 the numbers are rounded on the way in and out only.
    void (*gelu)(const float *x, float *y, size_t count);
    void (*gelu_bf16)(const uint16_t *x, uint16_t *y, size_t count);
    void (*gelu_gradient)(const float *x, const float *g, float *y, size_t count);
    void (*gelu_gradient_bf16)(const uint16_t *x, const uint16_t *g, uint16_t *y, size_t count);
    /// A row as whole numbers, −127...127 or −32767...32767, times the scale that is answered: the nearest ones.
    float (*to_int8)(const float *x, int8_t *y, size_t count);
    float (*to_int16)(const float *x, int16_t *y, size_t count);
    /// One step of AdamW on `count` parameters p with gradients g and moments m and v.
    void (*adamw)(
        float *p, const float *g, float *m, float *v, size_t count, float beta1, float beta2, float epsilon, float decay,
        float size, float correction);

    // Channels-last images, in float or bfloat16.

    /// Adds, for each channel of `pixels` rows of `channels` numbers, Σ x to `sums` and Σ x² to `squares`.
    /// The squares of 64 pixels at a time are summed about the first of them, so that the variance Σ x²/n − (Σ x/n)²,
    /// taken in double, loses nothing where the mean is far larger than the deviation.
    void (*moments)(const void *x, kernel_type type, size_t pixels, size_t channels, double *sums, double *squares);
    /// y = x · factors[channel] + offsets[channel], and then x · sigmoid(x) of that where `silu` says so.
    void (*affine)(
        const void *x, kernel_type from, void *y, kernel_type to, size_t pixels, size_t channels, const float *factors,
        const float *offsets, bool silu);
    /// y = x in the other type, or in the same one.
    void (*convert)(const void *x, kernel_type from, void *y, kernel_type to, size_t count);
    /// x += y.
    void (*add)(void *x, kernel_type of_x, const void *y, kernel_type of_y, size_t count);
    /// y[channel] = the largest number of a window of `rows` · `columns` pixels, its rows `stride` numbers apart.
    void (*window_largest)(
        const void *x, kernel_type type, size_t rows, size_t columns, size_t stride, size_t channels, void *y);
    /// y[channel] = the sum over a window · factor, pixel after pixel.
    void (*window_sum)(
        const void *x, kernel_type type, size_t rows, size_t columns, size_t stride, size_t channels, float factor,
        void *y);

    // The two ends of F(4×4, 3×3) (Lavin and Gray 2016), with 36 products of matrices between them: of 3×3 kernels with
    // stride 1, channels and outs multiples of sixteen. The result is made in pieces of 4×4 pixels, those of an image row
    // after row, one image after another.

    /// The pieces from ..< to of the images with a pixel around each as 36 planes [to − from, channels], `plane` floats
    /// apart.
    void (*winograd_take)(
        const convolution *w, const float *images, size_t from, size_t to, float *planes, size_t plane);
    /// 36 planes [to − from, outs] as the pieces from ..< to of the result, with bias, and then nothing below zero where
    /// `relu` says so.
    void (*winograd_give)(
        const convolution *w, const float *planes, size_t plane, size_t from, size_t to, const float *_Nullable bias,
        bool relu, float *images);

    // Attention and products.

    /// One query's attention over `count` keys and values that lie one after another, `size` numbers each:
    /// out = Σ softmax(scale · query·key) · value. `scores` has room for count and fifteen more. `next` is where the keys
    /// lie that will be asked for after these: they may be fetched on the way.
    void (*attend_f32)(
        const float *query, const float *keys, const float *values, size_t count, size_t size, float scale,
        const float *next, float *scores, float *out);
    void (*attend_bf16)(
        const uint16_t *query, const uint16_t *keys, const uint16_t *values, size_t count, size_t size, float scale,
        const uint16_t *next, float *scores, float *out);
    const flash_attention_kernels *_Nullable flash_attention_f32, *_Nullable flash_attention_bf16;
    const skinny_gemm_kernels *_Nullable skinny_gemm;
    const gemm_kernels *_Nullable gemm;
} kernel_table;

/// The table of this process: of the best class that the processor has and SYNESTHESIA_ISA allows. Always the same.
const kernel_table *kernels_here(void);

/// The table of one class, for tests; NULL where the processor does not have it.
const kernel_table *_Nullable kernels_of_class(kernel_class level);

/// Whether models are run in bf16 where nobody chose: a measured choice for each class, from a table in Dispatch.c.
bool kernels_prefer_bf16(void);

/// Whether SYNESTHESIA_ISA names the best class to be used.
bool kernels_are_limited(void);
/// What SYNESTHESIA_ISA says where that is no class's name, or that of one which this processor does not have; otherwise
/// NULL. The best class that the processor has serves then.
const char *_Nullable kernels_unknown_limit(void);

#pragma clang assume_nonnull end

#endif
