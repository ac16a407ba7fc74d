// The compiler, whose code is a word and the source, and the products.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "State.h"

// --- The compiler ---

typedef struct {
    char *source, *log;
    int isFinal;
} program;

static int compiler_version(int *major, int *minor) {
    *major = 13;
    *minor = 0;
    return 0;
}

static cuda_text compiler_error(int status) { return status == 6 ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR"; }

static int architecture_count(int *count) {
    *count = 4;
    return 0;
}

static int architectures(int *numbers) {
    memcpy(numbers, (int[]){80, 86, 90, 100}, 4 * sizeof(int));
    return 0;
}

static int program_create(
    cuda_new_handle handle, const char *source, cuda_text name, int headerCount, const cuda_text *headers,
    const cuda_text *headerNames) {
    program *made = calloc(1, sizeof *made);
    for (int i = 0; i < headerCount; i++) {
        if (headers[i] == NULL || headerNames[i] == NULL) return 3;
    }
    made->source = strdup(source);
    made->log = calloc(1, 256);
    snprintf(made->log, 256, "%s(1): error: identifier \"oops\" is undefined\n\n1 error detected\n", name);
    *handle = made;
    return 0;
}

static int program_destroy(cuda_new_handle handle) {
    program *made = *handle;
    free(made->source);
    free(made->log);
    free(made);
    *handle = NULL;
    return 0;
}

static int program_compile(cuda_handle handle, int count, const cuda_text *options) {
    const int status = fake_answer(FAKE_COMPILE);
    if (status) return status;
    program *made = handle;
    for (int i = 0; i < count; i++) {
        if (strncmp(options[i], "--gpu-architecture=sm_", 22) == 0) made->isFinal = 1;
    }
    return strstr(made->source, "oops") ? 6 : 0;
}

static int log_size(cuda_handle handle, size_t *size) {
    *size = strlen(((program *)handle)->log) + 1;
    return 0;
}

static int log_text(cuda_handle handle, char *text) {
    strcpy(text, ((program *)handle)->log);
    return 0;
}

static int code_size(cuda_handle handle, size_t *size) {
    *size = strlen(((program *)handle)->source) + 6;
    return 0;
}

static int code(cuda_handle handle, char *bytes) {
    memcpy(bytes, "CUBIN", 5);
    strcpy(bytes + 5, ((program *)handle)->source);
    return 0;
}

static const cuda_compiler compiler = {
    .version = compiler_version, .error_text = compiler_error, .architecture_count = architecture_count,
    .architectures = architectures, .program_create = program_create, .program_destroy = program_destroy,
    .program_compile = program_compile, .log_size = log_size, .log_text = log_text, .cubin_size = code_size,
    .cubin = code, .ptx_size = code_size, .ptx = code,
};

const cuda_compiler *fake_compiler(void) { return &compiler; }

// --- Products ---

typedef struct {
    int turnA, turnB, epilogue, biasType;
    const void *bias;
} description;

static int algorithmCount, firstGood, refusesF32Bias;

void fake_reset_blas(void) {
    algorithmCount = 3;
    firstGood = refusesF32Bias = 0;
}

void fake_set_algorithms(int count, int good) {
    algorithmCount = count;
    firstGood = good;
}

void fake_refuse_f32_bias(bool isRefused) { refusesF32Bias = isRefused; }

static int create(cuda_new_handle handle) {
    *handle = (void *)(uintptr_t)99;
    return fake_other();
}

static int destroy(cuda_handle handle) { return handle != (void *)(uintptr_t)99; }
static size_t version(void) { return 130100; }
static cuda_text status_name(int status) {
    return status == 15 ? "CUBLAS_STATUS_NOT_SUPPORTED" : "CUBLAS_STATUS_EXECUTION_FAILED";
}

static int layout_create(cuda_new_handle layout, int type, uint64_t rows, uint64_t columns, int64_t step) {
    fake_layout *made = malloc(sizeof *made);
    if ((type != 0 && type != 14) || step < (int64_t)rows) return 7;
    *made = (fake_layout){(int64_t)rows, (int64_t)columns, step, type == 14, 1, 0};
    *layout = made;
    return 0;
}

static int layout_set(cuda_handle layout, int attribute, const void *value, size_t size) {
    fake_layout *made = layout;
    if (attribute == 5 && size == 4) memcpy(&made->count, value, 4);
    else if (attribute == 6 && size == 8) memcpy(&made->apart, value, 8);
    else return 7;
    return 0;
}

static int release(cuda_handle handle) {
    free(handle);
    return 0;
}

static int description_create(cuda_new_handle handle, int computeType, int scaleType) {
    description *made = calloc(1, sizeof *made);
    made->epilogue = 1;
    made->biasType = -1;
    *handle = made;
    return computeType == 68 && scaleType == 0 ? 0 : 15;
}

static int description_set(cuda_handle handle, int attribute, const void *value, size_t size) {
    description *made = handle;
    void *const places[] = {[3] = &made->turnA, [4] = &made->turnB, [7] = &made->epilogue, [26] = &made->biasType};
    if (attribute == 8) {
        if (size != 8) return 7;
        memcpy(&made->bias, value, 8);
        return 0;
    }
    if (attribute < 0 || attribute > 26 || places[attribute] == NULL || size != 4) return 7;
    memcpy(places[attribute], value, 4);
    return 0;
}

static int preference_create(cuda_new_handle preference) {
    *preference = malloc(1);
    return 0;
}

static int preference_set(cuda_handle preference, int attribute, const void *value, size_t size) {
    (void)preference, (void)value;
    return attribute == 1 ? size != 8 : attribute < 5 || attribute > 8 || size != 4;
}

static int operands_fit(const description *made, const fake_layout *a, const fake_layout *b, const fake_layout *d) {
    const int64_t m = made->turnA ? a->columns : a->rows, k = made->turnA ? a->rows : a->columns;
    const int64_t n = made->turnB ? b->rows : b->columns, k2 = made->turnB ? b->columns : b->rows;
    return m == d->rows && n == d->columns && k == k2 && a->count == d->count && b->count == d->count;
}

static int search(
    cuda_handle handle, cuda_handle desc, cuda_handle a, cuda_handle b, cuda_handle c, cuda_handle d,
    cuda_handle preference, int most, cuda_algorithm *found, int *count) {
    (void)handle, (void)c, (void)preference;
    const int status = fake_answer(FAKE_SEARCH);
    if (status) return status;
    const description *made = desc;
    const fake_layout *out = d;
    if (!operands_fit(made, a, b, out)) return 7;
    if (made->epilogue == 4) {
        if (made->bias == NULL || made->biasType != (out->isBF16 ? 14 : 0)) return 15;
        if (refusesF32Bias && !out->isBF16) return 15;
    }
    *count = algorithmCount < most ? algorithmCount : most;
    for (int i = 0; i < *count; i++) found[i] = (cuda_algorithm){.algorithm = {(uint64_t)i}, .workspaceBytes = 1 << 20};
    return 0;
}

static int multiply(
    cuda_handle handle, cuda_handle desc, const void *alpha, const void *a, cuda_handle aLayout, const void *b,
    cuda_handle bLayout, const void *beta, const void *c, cuda_handle cLayout, void *d, cuda_handle dLayout,
    const void *algorithm, void *workspace, size_t workspaceBytes, cuda_handle stream) {
    const int status = fake_answer(FAKE_MULTIPLY);
    if (status) return status;
    const description *made = desc;
    if (handle != (void *)(uintptr_t)99 || workspace == NULL || workspaceBytes < 1 << 20 || stream == NULL) return 7;
    if (*(const uint64_t *)algorithm < (uint64_t)firstGood) return 15;
    if (*(const float *)beta != 0 && c == NULL) return 7;
    return fake_ask((fake_work){
        .kind = WORK_PRODUCT,
        .product = {
            .a = *(fake_layout *)aLayout, .b = *(fake_layout *)bLayout, .c = *(fake_layout *)cLayout,
            .d = *(fake_layout *)dLayout, .turnA = made->turnA, .turnB = made->turnB,
            .biasIsBF16 = made->biasType == 14, .alpha = *(const float *)alpha, .beta = *(const float *)beta,
            .left = a, .right = b, .addend = c, .bias = made->epilogue == 4 ? made->bias : NULL, .out = d}});
}

static float number(const void *memory, const fake_layout *layout, int64_t index, int64_t row, int64_t column) {
    const int64_t at = index * layout->apart + row + column * layout->step;
    if (!layout->isBF16) return ((const float *)memory)[at];
    const uint32_t bits = (uint32_t)((const uint16_t *)memory)[at] << 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

static void run_product(const fake_product *p, int64_t index) {
    const int64_t inner = p->turnA ? p->a.rows : p->a.columns;
    const fake_layout flat = {p->d.rows, 1, p->d.rows, p->biasIsBF16, 1, 0};
    for (int64_t column = 0; column < p->d.columns; column++) {
        for (int64_t row = 0; row < p->d.rows; row++) {
            double sum = 0;
            for (int64_t k = 0; k < inner; k++) {
                sum += (double)number(p->left, &p->a, index, p->turnA ? k : row, p->turnA ? row : k)
                    * number(p->right, &p->b, index, p->turnB ? column : k, p->turnB ? k : column);
            }
            sum *= p->alpha;
            if (p->beta != 0) sum += p->beta * number(p->addend, &p->c, index, row, column);
            if (p->bias) sum += number(p->bias, &flat, 0, row, 0);
            const float value = (float)sum;
            uint32_t bits;
            memcpy(&bits, &value, 4);
            const int64_t at = index * p->d.apart + row + column * p->d.step;
            if (p->d.isBF16) ((uint16_t *)p->out)[at] = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
            else ((float *)p->out)[at] = value;
        }
    }
}

void fake_run_product(const fake_product *product) {
    for (int64_t index = 0; index < product->d.count; index++) run_product(product, index);
}

static const cuda_blas blas = {
    .create = create, .destroy = destroy, .version = version, .status_name = status_name,
    .layout_create = layout_create, .layout_destroy = release, .layout_set = layout_set,
    .description_create = description_create,
    .description_destroy = release, .description_set = description_set, .preference_create = preference_create,
    .preference_destroy = release, .preference_set = preference_set, .search = search, .multiply = multiply,
};

const cuda_blas *fake_blas(void) { return &blas; }
