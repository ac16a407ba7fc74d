// Products: every sum is a chain of fused products in one order, so a plain loop has the same bits. Classes that multiply two
// bfloat16 numbers at once, or in tiles, have sums of their own, which are near them.
#ifndef KERNEL_PROGRAM_PRODUCTS_H
#define KERNEL_PROGRAM_PRODUCTS_H

// One product's numbers, [rows, terms·units] and [outs, terms·units], zeros in what fills up the last unit.
typedef struct {
    kernel_type type;
    int rows, inner, units, outs;
    float *x, *w;              // as floats
    const void *own_x, *own_w; // as the kernel takes them
    const float *bias, *addend, *x_scales, *w_scales;
} factors;

static const void *narrowed(const float *values, size_t count, kernel_type type, bool is_x) {
    if (type == KERNEL_F32) return values;
    uint16_t *to = (uint16_t *)room(count);
    for (size_t i = 0; i < count; i++) {
        if (type == KERNEL_BF16) memcpy(to + i, (const char *)(values + i) + 2, 2);
        else if (is_x) ((int16_t *)to)[i] = (int16_t)values[i];
        else ((int8_t *)to)[i] = (int8_t)values[i];
    }
    return to;
}

static float *matrix(int rows, int inner, int width, uint32_t seed, kernel_type type, float size) {
    const float *given = floats((size_t)rows * inner, seed);
    float *to = room((size_t)rows * width);
    for (int i = 0; i < rows * width; i++) {
        float value = i % width < inner ? given[i / width * inner + i % width] : 0;
        if (type == KERNEL_BF16) {
            uint16_t upper;
            memcpy(&upper, (char *)&value + 2, 2);
            value = wide(upper);
        }
        to[i] = type == KERNEL_INT8 ? roundf(value * size) : value;
    }
    return to;
}

static factors factors_of(kernel_type type, int rows, int inner, int outs) {
    const int terms = type == KERNEL_F32 ? 1 : 2, units = (inner + terms - 1) / terms, width = units * terms;
    factors f = {.type = type, .rows = rows, .inner = inner, .units = units, .outs = outs};
    f.x = matrix(rows, inner, width, 20, type, 16000);
    f.w = matrix(outs, inner, width, 21, type, 63);
    f.own_x = narrowed(f.x, (size_t)rows * width, type, true);
    f.own_w = narrowed(f.w, (size_t)outs * width, type, false);
    f.bias = floats(outs, 22), f.addend = floats((size_t)rows * outs, 23);
    f.x_scales = floats(rows, 24), f.w_scales = floats(outs, 25);
    return f;
}

// The chain of one output of one row; runs begin where `from` says.
static float chain(const factors *f, int row, int out, int runs, int (*from)(const factors *, int run, int runs)) {
    const int terms = f->type == KERNEL_F32 ? 1 : 2, width = f->units * terms;
    float total = 0;
    for (int run = 0; run < runs; run++) {
        float sum = 0;
        int32_t whole = 0;
        for (int k = terms * from(f, run, runs); k < terms * from(f, run + 1, runs); k++) {
            const float x = f->x[row * width + k], w = f->w[out * width + k];
            if (f->type == KERNEL_INT8) whole += (int32_t)x * (int32_t)w;
            else sum = fmaf(w, x, sum);
        }
        if (f->type == KERNEL_INT8) sum = (float)whole;
        total = run ? total + sum : sum;
    }
    if (f->type == KERNEL_INT8) total = total * f->w_scales[out], total = total * f->x_scales[row];
    return total;
}

static int equal_runs(const factors *f, int run, int runs) { return (int)((int64_t)f->units * run / runs); }
static int filled_runs(const factors *f, int run, int runs) {
    const int length = (f->units + runs - 1) / runs;
    return run * length < f->units ? run * length : f->units;
}

// Whether the class that is checked sums so.
static bool has_chains = true;

// Checks y = act(sums + bias) + addend against the chain, to the bit where nothing but sums is computed.
static void check_product(
    const char *name, const factors *f, int end, const float *found, int longest,
    int (*from)(const factors *, int run, int runs)) {
    const int runs = (f->units + longest - 1) / longest;
    double *expected = malloc(sizeof *expected * f->rows * f->outs);
    for (int i = 0; i < f->rows * f->outs; i++) {
        float y = chain(f, i / f->outs, i % f->outs, runs, from);
        if (end > 0) y = y + f->bias[i % f->outs];
        double z = y;
        if (end == 2) z = z * cdf(z) + f->addend[i];
        expected[i] = z;
    }
    char title[80];
    snprintf(title, sizeof title, "%s type %d, %d·%d·%d, end %d", name, f->type, f->rows, f->inner, f->outs, end);
    check(title, end, found, expected, (size_t)f->rows * f->outs, end < 2 && has_chains ? 0 : 2e-6);
    free(expected);
}

static kernel_epilogue end_of(const factors *f, int end, float *y) {
    return (kernel_epilogue){
        .bias = end > 0 ? f->bias : NULL, .activation = end == 2 ? KERNEL_GELU : KERNEL_IDENTITY,
        .addend = end == 2 ? f->addend : NULL, .y = y, .type = KERNEL_F32};
}

static void few_rows(const kernel_table *t, const factors *f, int end) {
    const skinny_gemm_kernels *k = t->skinny_gemm;
    const size_t panels = (f->outs + k->columns - 1) / k->columns, width = f->type == KERNEL_INT8 ? 2 : 4;
    void *packed = room(panels * k->columns * f->units * width / 4 + 16);
    k->pack(f->own_w, f->outs, f->units, width, 0, panels, packed);
    float *y = room((size_t)f->rows * f->outs);
    const skinny_gemm product = {
        .type = f->type, .rows = f->rows, .units = f->units, .outs = f->outs, .x = f->own_x, .x_scales = f->x_scales,
        .w = packed, .w_scales = f->w_scales, .end = end_of(f, end, y)};
    k->run(&product, 0, panels, panels, room(k->room(f->rows, f->units, f->type) / 4 + 16));
    check_product("few rows", f, end, y, f->type == KERNEL_INT8 ? 256 : 832, equal_runs);
}

static void many_rows(const kernel_table *t, const factors *f, int end, bool rows_are_outs) {
    const gemm_kernels *k = t->gemm;
    const int width = f->units * (f->type == KERNEL_BF16 ? 2 : 1);
    float *y = room((size_t)f->rows * f->outs), *turned = room((size_t)f->outs * width);
    for (int i = 0; i < f->outs * width; i++) turned[i] = f->w[i % f->outs * width + i / f->outs];
    const gemm product = {
        .type = f->type, .rows = f->rows, .units = f->units, .outs = f->outs, .x = f->own_x,
        .w = rows_are_outs ? f->own_w : narrowed(turned, (size_t)f->outs * width, f->type, false),
        .rows_are_outs = rows_are_outs, .end = end_of(f, end, y)};
    void *place = room(k->room(f->rows, f->units) / 4 + 16);
    // In two parts, as two threads would.
    for (size_t n = 0; n * k->columns < (size_t)f->outs; n++) {
        k->run(&product, n, n + 1, f->rows / 3, f->rows, place);
        k->run(&product, n, n + 1, 0, f->rows / 3, place);
    }
    check_product(
        rows_are_outs ? "many rows" : "many rows, turned", f, end, y, 256 / (f->type == KERNEL_BF16 ? 2 : 1),
        filled_runs);
}

// Rows that are windows of images, against the same rows written down.
static void windows(const kernel_table *t, const convolution *c, int images) {
    const int rows = images * (int)(c->out_height * c->out_width);
    const int terms = (int)(c->kernel_height * c->kernel_width * c->channels), outs = (int)c->outs;
    const float *x = floats((size_t)images * c->height * c->width * c->channels, 26), *w = floats((size_t)terms * outs, 27);
    float *written = room((size_t)rows * terms), *y = room((size_t)rows * outs), *expected = room((size_t)rows * outs);
    for (int row = 0; row < rows; row++)
        for (int term = 0; term < terms; term++) {
            const int pixel = term / (int)c->channels, out = row % (int)(c->out_height * c->out_width);
            const int down = out / (int)c->out_width * (int)c->stride + pixel / (int)c->kernel_width - (int)c->top;
            const int across = out % (int)c->out_width * (int)c->stride + pixel % (int)c->kernel_width - (int)c->left;
            const bool is_inside = down >= 0 && down < (int)c->height && across >= 0 && across < (int)c->width;
            const int image = row / (int)(c->out_height * c->out_width);
            const size_t place = ((size_t)image * c->height + (size_t)down) * c->width + (size_t)across;
            written[row * terms + term] = is_inside ? x[place * c->channels + (size_t)term % c->channels] : 0;
        }
    gemm product = {
        .type = KERNEL_F32, .rows = rows, .units = terms, .outs = outs, .x = x, .windows = c, .w = w,
        .end = {.bias = floats(outs, 28), .activation = KERNEL_RELU, .y = y, .type = KERNEL_F32}};
    void *place = room(t->gemm->room(rows, terms) / 4 + 16);
    for (int turn = 0; turn < 2; turn++) {
        for (size_t n = 0; n * t->gemm->columns < (size_t)outs; n++) {
            t->gemm->run(&product, n, n + 1, 0, rows / 3, place);
            t->gemm->run(&product, n, n + 1, rows / 3, rows, place);
        }
        product.x = written, product.windows = NULL, product.end.y = expected;
    }
    double *wide_expected = malloc(sizeof *wide_expected * rows * outs);
    for (int i = 0; i < rows * outs; i++) wide_expected[i] = expected[i];
    char title[80];
    snprintf(
        title, sizeof title, "windows %d·%d of %d·%d·%d", (int)c->kernel_height, (int)c->kernel_width, (int)c->height,
        (int)c->width, (int)c->channels);
    check(title, 1, y, wide_expected, (size_t)rows * outs, 0);
    free(wide_expected);
}

static void all_windows(const kernel_table *t) {
    if (!t->gemm || !t->gemm->takes_windows) return;
    // height, width, channels, top, left, kernel, stride, result, outs
    static const convolution shapes[] = {
        {5, 7, 3, 1, 1, 3, 3, 1, 5, 7, 17}, {9, 8, 40, 0, 3, 1, 7, 1, 9, 8, 33}, {6, 5, 130, 3, 0, 7, 1, 1, 6, 5, 16},
        {11, 9, 5, 0, 0, 3, 3, 2, 5, 4, 129}, {4, 3, 21, 2, 2, 5, 5, 1, 4, 3, 8}, {7, 6, 19, 0, 0, 1, 1, 1, 7, 6, 20},
        {6, 6, 9, 0, 1, 2, 2, 1, 6, 6, 12}, {2, 2, 7, 4, 4, 6, 6, 3, 2, 2, 5}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) windows(t, &shapes[i], 2);
}

static void products(const kernel_table *t) {
    static const int shapes[][3] = {{1, 1, 1},      {3, 7, 33},    {17, 1667, 65}, {1, 2049, 3},
                                    {25, 1026, 17}, {50, 834, 131}, {1, 1031, 209}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int type = KERNEL_F32; type <= KERNEL_INT8; type++)
            for (int end = 0; end < 3; end++) {
                const factors f = factors_of(type, shapes[s][0], shapes[s][1], shapes[s][2]);
                if (end == 2 && type == KERNEL_INT8) continue;   // sums far too large for an activation to bend
                if (t->skinny_gemm) few_rows(t, &f, end);
                if (!t->gemm || type == KERNEL_INT8) continue;
                many_rows(t, &f, end, true);
                many_rows(t, &f, end, false);
            }
}

#endif
