// The kernels of one class of processor against plain loops, as a program of its own: it is compiled for processors that
// nobody here has, and runs in an emulator (Scripts/test-arm64, Scripts/test-x86).
//
//     kernels CLASS      avx2, neon, …: as SYNESTHESIA_ISA has it
//
// Each line is a kernel, its sizes, and a number of all bits it wrote; what two classes compute alike has the same number.
// Exit codes: 0 all right, 1 a kernel is wrong, 2 this processor does not belong to the class, 64 wrong usage.
#include <stdio.h>

#include "Attention.h"
#include "Reference.h"

static const int lengths[] = {1, 15, 16, 33, 257};

static void rows(const kernel_table *t, int n) {
    const float *x = floats(n, 1), *g = floats(n, 2), *gamma = floats(n, 3), *beta = floats(n, 4);
    const uint16_t *sx = shorts(n, 5), *sg = shorts(n, 6);
    float *y = room(n + 16), statistics[2];
    uint16_t *s = (uint16_t *)room(n + 16);
    double e[512];

    t->softmax(x, y, n, n + 3, 0.7f);
    double sum = 0;
    for (int i = 0; i < n; i++) sum += exp(0.7 * x[i]);
    for (int i = 0; i < n + 3; i++) e[i] = i < n ? exp(0.7 * x[i]) / sum : 0;
    check("softmax", n, y, e, n + 3, 2e-6);

    float *p = room(n);
    for (int i = 0; i < n; i++) p[i] = fabsf(x[i]);
    t->softmax_gradient(p, g, y, n, 0.7f);
    sum = 0;
    for (int i = 0; i < n; i++) sum += (double)g[i] * p[i];
    for (int i = 0; i < n; i++) e[i] = 0.7 * p[i] * (g[i] - sum);
    check("softmax_gradient", n, y, e, n, 2e-6);

    y[0] = t->log_sum_exp(x, n);
    sum = 0;
    for (int i = 0; i < n; i++) sum += exp(x[i]);
    e[0] = log(sum);
    check("log_sum_exp", n, y, e, 1, 2e-6);

    t->exponential(x, y, n, 0.5f, 2);
    for (int i = 0; i < n; i++) e[i] = 2 * exp(x[i] - 0.5);
    check("exponential", n, y, e, n, 1e-6);

    double mean = 0, variance = 0;
    for (int i = 0; i < n; i++) mean += x[i] / (double)n;
    for (int i = 0; i < n; i++) variance += (x[i] - mean) * (x[i] - mean) / n;
    const double inverse = 1 / sqrt(variance + 1e-5);
    for (int i = 0; i < n; i++) e[i] = (x[i] - mean) * inverse * gamma[i] + beta[i];
    t->layer_norm(x, gamma, beta, y, n, 1e-5f, statistics);
    check("layer_norm", n, y, e, n, 4e-6);
    t->layer_norm_bf16(x, gamma, beta, s, n, 1e-5f, statistics);
    check_shorts("layer_norm_bf16", n, s, e, n, 8e-3);

    for (int narrow = 0; narrow < 2; narrow++) {
        const float at[2] = {0.1f, 1.1f};
        double along = 0, all = 0;
        for (int i = 0; i < n; i++) {
            const double slope = (narrow ? wide(sg[i]) : g[i]) * (double)gamma[i];
            all += slope / n, along += slope * (x[i] - at[0]) * at[1] / n;
        }
        for (int i = 0; i < n; i++) {
            const double slope = (narrow ? wide(sg[i]) : g[i]) * (double)gamma[i];
            e[i] = at[1] * (slope - all - (x[i] - at[0]) * at[1] * along);
        }
        if (narrow) t->layer_norm_gradient_bf16(x, sg, gamma, y, n, at);
        else t->layer_norm_gradient(x, g, gamma, y, n, at);
        check(narrow ? "layer_norm_gradient_bf16" : "layer_norm_gradient", n, y, e, n, 4e-6);
    }

    for (int i = 0; i < n; i++) e[i] = x[i] * cdf(x[i]);
    t->gelu(x, y, n);
    check("gelu", n, y, e, n, 3e-6);   // Φ is within 8e-8, whatever its size
    for (int i = 0; i < n; i++) e[i] = g[i] * (cdf(x[i]) + x[i] * exp(-0.5 * x[i] * x[i]) * 0.3989422804014327);
    t->gelu_gradient(x, g, y, n);
    check("gelu_gradient", n, y, e, n, 3e-6);
    for (int i = 0; i < n; i++) e[i] = wide(sx[i]) * cdf(wide(sx[i]));
    t->gelu_bf16(sx, s, n);
    check_shorts("gelu_bf16", n, s, e, n, 8e-3);
    for (int i = 0; i < n; i++) {
        const double v = wide(sx[i]);
        e[i] = wide(sg[i]) * (cdf(v) + v * exp(-0.5 * v * v) * 0.3989422804014327);
    }
    t->gelu_gradient_bf16(sx, sg, s, n);
    check_shorts("gelu_gradient_bf16", n, s, e, n, 8e-3);

    int8_t *whole = (int8_t *)room(n);
    int16_t *whole16 = (int16_t *)room(n);
    const float scale = t->to_int8(x, whole, n), scale16 = t->to_int16(x, whole16, n);
    for (int i = 0; i < n; i++) e[i] = x[i], y[i] = whole[i] * scale;
    check("to_int8", n, y, e, n, 0.5 / 127 + 1e-6);
    for (int i = 0; i < n; i++) y[i] = whole16[i] * scale16;
    check("to_int16", n, y, e, n, 0.5 / 32767 + 1e-6);

    float *m = room(n), *v = room(n), *w = room(n);
    double em[512], ev[512];
    for (int i = 0; i < n; i++) {
        w[i] = x[i], m[i] = gamma[i], v[i] = fabsf(beta[i]);
        em[i] = 0.9f * (double)m[i] + (1 - 0.9f) * g[i];
        ev[i] = 0.99f * (double)v[i] + (1 - 0.99f) * (double)g[i] * g[i];
        e[i] = x[i] * (double)0.999f - em[i] * 0.1f / (sqrt(ev[i]) / 0.5f + 1e-8f);
    }
    t->adamw(w, g, m, v, n, 0.9f, 0.99f, 1e-8f, 0.999f, 0.1f, 0.5f);
    check("adamw", n, w, e, n, 2e-6);
    check("adamw, first moment", n, m, em, n, 2e-6);
    check("adamw, second moment", n, v, ev, n, 2e-6);
}

static void images(const kernel_table *t, int n) {
    const float *x = floats(70 * n, 7), *factors = floats(n, 8), *offsets = floats(n, 9);
    const uint16_t *sx = shorts(70 * n, 10);
    float *y = room(n);
    uint16_t *s = (uint16_t *)room(n);
    double e[512], sums[512] = {0}, squares[512] = {0};
    t->moments(x, KERNEL_F32, 70, n, sums, squares);
    for (int c = 0; c < n; c++) {
        double sum = 0;
        for (int i = 0; i < 70; i++) sum += x[i * n + c];
        e[c] = sum, y[c] = (float)sums[c];
    }
    check("moments", n, y, e, n, 4e-6);
    for (int c = 0; c < n; c++) {
        double square = 0;
        for (int i = 0; i < 70; i++) square += (double)x[i * n + c] * x[i * n + c];
        e[c] = square, y[c] = (float)squares[c];
    }
    check("moments, squares", n, y, e, n, 4e-6);
    for (int narrow = 0; narrow < 2; narrow++) {
        for (int c = 0; c < n; c++) {
            const double z = (narrow ? wide(sx[c]) : x[c]) * (double)factors[c] + offsets[c];
            e[c] = z / (1 + exp(-z));
        }
        const kernel_type type = narrow ? KERNEL_BF16 : KERNEL_F32;
        t->affine(narrow ? (const void *)sx : x, type, narrow ? (void *)s : y, type, 1, n, factors, offsets, true);
        if (narrow) check_shorts("affine_bf16", n, s, e, n, 8e-3);
        else check("affine", n, y, e, n, 2e-6);
    }
    t->convert(x, KERNEL_F32, s, KERNEL_BF16, n);
    for (int c = 0; c < n; c++) e[c] = x[c];
    check_shorts("convert", n, s, e, n, 4e-3);
    t->convert(sx, KERNEL_BF16, y, KERNEL_F32, n);
    for (int c = 0; c < n; c++) e[c] = wide(sx[c]);
    check("convert, wider", n, y, e, n, 0);
    t->add(y, KERNEL_F32, x, KERNEL_F32, n);
    for (int c = 0; c < n; c++) e[c] = (float)(wide(sx[c]) + x[c]);
    check("add", n, y, e, n, 0);
    t->window_largest(x, KERNEL_F32, 3, 3, 3 * n, n, y);
    for (int c = 0; c < n; c++) {
        e[c] = -INFINITY;
        for (int i = 0; i < 9; i++) e[c] = fmax(e[c], x[i * n + c]);
    }
    check("window_largest", n, y, e, n, 0);
    t->window_sum(x, KERNEL_F32, 3, 3, 3 * n, n, 0.125f, y);
    for (int c = 0; c < n; c++) {
        e[c] = 0;
        for (int i = 0; i < 9; i++) e[c] += 0.125 * x[i * n + c];
    }
    check("window_sum", n, y, e, n, 2e-6);
}

// Two images with uneven padding, of which pieces reach beyond; the products between the ends are plain ones.
static void short_convolution(const kernel_table *t, bool relu) {
    enum { images = 2, height = 7, width = 10, channels = 32, outs = 16, out_height = 6, out_width = 9, pieces = 12 };
    const convolution w = {height, width, channels, 0, 1, 3, 3, 1, out_height, out_width, outs};
    const float *x = floats(images * height * width * channels, 21), *kernel = floats(outs * channels * 9, 22);
    const float *bias = floats(outs, 23);
    const double a = 0.625, b = 1.5, finite[5] = {0, a, -a, b, -b};
    double values[6][3] = {[5] = {0, 0, 1}};
    for (int i = 0; i < 5; i++) {
        double distances = 1;
        for (int j = 0; j < 5; j++)
            if (j != i) distances *= finite[i] - finite[j];
        for (int k = 0; k < 3; k++) values[i][k] = pow(finite[i], k) / distances;
    }
    float *taken = room(36 * pieces * channels), *products = room(36 * pieces * outs);
    float *y = room(images * out_height * out_width * outs);
    t->winograd_take(&w, x, 0, 5, taken, pieces * channels);
    t->winograd_take(&w, x, 5, pieces, taken + 5 * channels, pieces * channels);
    for (int plane = 0; plane < 36; plane++)
        for (int o = 0; o < outs; o++) {
            double own[channels];
            for (int c = 0; c < channels; c++) {
                own[c] = 0;
                for (int i = 0; i < 9; i++)
                    own[c] += values[plane / 6][i / 3] * values[plane % 6][i % 3] * kernel[(o * channels + c) * 9 + i];
            }
            for (int piece = 0; piece < pieces; piece++) {
                double sum = 0;
                for (int c = 0; c < channels; c++) sum += own[c] * taken[(plane * pieces + piece) * channels + c];
                products[(plane * pieces + piece) * outs + o] = (float)sum;
            }
        }
    t->winograd_give(&w, products, pieces * outs, 0, 7, bias, relu, y);
    t->winograd_give(&w, products + 7 * outs, pieces * outs, 7, pieces, bias, relu, y);
    static double e[images * out_height * out_width * outs];
    for (int at = 0; at < images * out_height * out_width; at++)
        for (int o = 0; o < outs; o++) {
            double sum = bias[o];
            for (int i = 0; i < 9; i++) {
                const int row = at / out_width % out_height + i / 3, column = at % out_width + i % 3 - 1;
                if (row >= height || column < 0 || column >= width) continue;
                const float *pixel = x + ((at / out_width / out_height * height + row) * width + column) * channels;
                for (int c = 0; c < channels; c++) sum += (double)pixel[c] * kernel[(o * channels + c) * 9 + i];
            }
            e[at * outs + o] = relu ? fmax(sum, 0) : sum;
        }
    check(relu ? "short convolution, relu" : "short convolution", outs, y, e, sizeof e / sizeof *e, 2e-6);
}

int main(int count, char **arguments) {
    if (count != 2) return fprintf(stderr, "kernels: one class is asked for, such as avx2 or neon\n"), 64;
    const kernel_table *table = NULL;
    for (int level = 0; level <= KERNELS_AMX; level++) {
        const kernel_table *own = kernels_of_class(level);
        if (own && !strcmp(own->name, arguments[1])) table = own;
    }
    if (!table) return fprintf(stderr, "kernels: this processor does not belong to class %s\n", arguments[1]), 2;
    has_chains = strcmp(table->name, "avx512bf16") && strcmp(table->name, "amx");
    for (int i = 0; i < 5; i++) {
        rows(table, lengths[i]);
        images(table, lengths[i]);
        attention(table, lengths[i]);
    }
    many_queries(table);
    short_convolution(table, false);
    short_convolution(table, true);
    products(table);
    all_windows(table);
    fprintf(stderr, "%s: %d results, %d wrong\n", arguments[1], checked, wrong);
    return wrong > 0;
}
