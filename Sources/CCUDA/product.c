// Row-major products by cuBLASLt, whose matrices are column-major. A row-major matrix is the column-major one of the
// other orientation in the same memory, so that out = left · right is asked for as outᵀ = rightᵀ · leftᵀ: A is our right,
// B our left, the rows of D are our outs. The bias is added along D's rows, which is what we need.
#include "CCUDA.h"

#include <stdlib.h>

enum { TYPE_F32 = 0, TYPE_BF16 = 14 };
enum { COMPUTE_F32 = 68 };  // Float32 products are not rounded to TF32
enum { PLAIN = 0, TURNED = 1 };
enum {
    DESCRIPTION_TURN_A = 3,
    DESCRIPTION_TURN_B = 4,
    DESCRIPTION_EPILOGUE = 7,
    DESCRIPTION_BIAS = 8,
    DESCRIPTION_BIAS_TYPE = 26,
};
enum { EPILOGUE_BIAS = 4 };
enum { LAYOUT_COUNT = 5, LAYOUT_STEP = 6 };
enum {
    PREFERENCE_WORKSPACE = 1,
    PREFERENCE_ALIGNMENT_A = 5,
    PREFERENCE_ALIGNMENT_B = 6,
    PREFERENCE_ALIGNMENT_C = 7,
    PREFERENCE_ALIGNMENT_D = 8,
};

struct cuda_plan {
    cuda_handle description, a, b, d;
    int count;
    cuda_algorithm algorithms[CUDA_MOST_ALGORITHMS];
};

// The largest power of two, up to 256, that divides an address.
static uint32_t alignment(uint64_t address) {
    uint32_t bytes = 256;
    while (address % bytes != 0) bytes /= 2;
    return bytes;
}

// `count` row-major matrices [rows, columns], contiguous, as cuBLASLt sees them.
static int make_layout(
    const cuda_blas *blas, cuda_handle *layout, bool isBF16, int64_t rows, int64_t columns, int32_t count) {
    int status = blas->layout_create(layout, isBF16 ? TYPE_BF16 : TYPE_F32, columns, rows, columns);
    if (status || count == 1) return status;
    const int64_t step = rows * columns;
    if ((status = blas->layout_set(*layout, LAYOUT_COUNT, &count, sizeof count))) return status;
    return blas->layout_set(*layout, LAYOUT_STEP, &step, sizeof step);
}

static int set_bias(const cuda_blas *blas, cuda_plan *plan, const cuda_product *product) {
    if (product->bias == 0) return 0;
    const void *bias = (const void *)(uintptr_t)product->bias;
    return blas->description_set(plan->description, DESCRIPTION_BIAS, &bias, sizeof bias);
}

static int describe(const cuda_blas *blas, const cuda_product *product, cuda_plan *plan) {
    const int64_t rows = product->rows, outs = product->outs, inner = product->inner;
    int status = blas->description_create(&plan->description, COMPUTE_F32, TYPE_F32);
    if (status) return status;
    const int32_t turnA = product->rightIsTurned ? TURNED : PLAIN, turnB = product->leftIsTurned ? TURNED : PLAIN;
    if ((status = blas->description_set(plan->description, DESCRIPTION_TURN_A, &turnA, sizeof turnA))) return status;
    if ((status = blas->description_set(plan->description, DESCRIPTION_TURN_B, &turnB, sizeof turnB))) return status;
    if (product->bias) {
        const uint32_t epilogue = EPILOGUE_BIAS;
        const int32_t type = product->outIsBF16 ? TYPE_BF16 : TYPE_F32;
        status = blas->description_set(plan->description, DESCRIPTION_EPILOGUE, &epilogue, sizeof epilogue);
        if (status) return status;
        // The address tells the search how well the bias is aligned. Its type is that of D, unless said.
        if ((status = set_bias(blas, plan, product))) return status;
        status = blas->description_set(plan->description, DESCRIPTION_BIAS_TYPE, &type, sizeof type);
        if (status) return status;
    }
    const int32_t count = product->count;
    status = product->rightIsTurned ? make_layout(blas, &plan->a, product->isBF16, outs, inner, count)
                                    : make_layout(blas, &plan->a, product->isBF16, inner, outs, count);
    if (status) return status;
    status = product->leftIsTurned ? make_layout(blas, &plan->b, product->isBF16, inner, rows, count)
                                   : make_layout(blas, &plan->b, product->isBF16, rows, inner, count);
    if (status) return status;
    return make_layout(blas, &plan->d, product->outIsBF16, rows, outs, count);
}

static int search(
    const cuda_blas *blas, cuda_handle handle, const cuda_product *product, uint64_t workspaceBytes, cuda_plan *plan) {
    cuda_handle preference = NULL;
    int status = blas->preference_create(&preference);
    if (status) return status;
    const uint64_t c = product->addend ? product->addend : product->out;
    const struct {
        int attribute;
        uint32_t bytes;
    } alignments[4] = {
        {PREFERENCE_ALIGNMENT_A, alignment(product->right)},
        {PREFERENCE_ALIGNMENT_B, alignment(product->left)},
        {PREFERENCE_ALIGNMENT_C, alignment(c)},
        {PREFERENCE_ALIGNMENT_D, alignment(product->out)},
    };
    status = blas->preference_set(preference, PREFERENCE_WORKSPACE, &workspaceBytes, sizeof workspaceBytes);
    for (int i = 0; i < 4 && status == 0; i++) {
        status = blas->preference_set(
            preference, alignments[i].attribute, &alignments[i].bytes, sizeof alignments[i].bytes);
    }
    cuda_algorithm found[CUDA_MOST_ALGORITHMS] = {0};
    int count = 0;
    if (status == 0) {
        status = blas->search(
            handle, plan->description, plan->a, plan->b, plan->d, plan->d, preference, CUDA_MOST_ALGORITHMS, found,
            &count);
    }
    blas->preference_destroy(preference);
    if (status) return status;
    for (int i = 0; i < count && i < CUDA_MOST_ALGORITHMS; i++) {
        if (found[i].status == 0 && found[i].workspaceBytes <= workspaceBytes) {
            plan->algorithms[plan->count++] = found[i];
        }
    }
    return plan->count > 0 ? 0 : CUDA_BLAS_NOT_SUPPORTED;
}

int cuda_plan_make(
    const cuda_blas *blas, cuda_handle handle, const cuda_product *product, uint64_t workspaceBytes, cuda_plan **plan) {
    cuda_plan *made = calloc(1, sizeof *made);
    *plan = NULL;
    if (made == NULL) return CUDA_BLAS_ALLOC_FAILED;
    int status = describe(blas, product, made);
    if (status == 0) status = search(blas, handle, product, workspaceBytes, made);
    if (status) {
        cuda_plan_free(blas, made);
        return status;
    }
    *plan = made;
    return 0;
}

int cuda_plan_algorithms(const cuda_plan *plan) { return plan->count; }

int cuda_plan_run(
    const cuda_blas *blas, cuda_handle handle, cuda_plan *plan, const cuda_product *product, int algorithm,
    uint64_t workspace, uint64_t workspaceBytes, cuda_handle stream) {
    const float alpha = 1, beta = product->addend ? 1 : 0;
    const uint64_t c = product->addend ? product->addend : product->out;
    const int status = set_bias(blas, plan, product);
    if (status) return status;
    return blas->multiply(
        handle, plan->description, &alpha, (const void *)(uintptr_t)product->right, plan->a,
        (const void *)(uintptr_t)product->left, plan->b, &beta, (const void *)(uintptr_t)c, plan->d,
        (void *)(uintptr_t)product->out, plan->d, &plan->algorithms[algorithm].algorithm,
        (void *)(uintptr_t)workspace, workspaceBytes, stream);
}

void cuda_plan_free(const cuda_blas *blas, cuda_plan *plan) {
    if (plan == NULL) return;
    if (plan->d) blas->layout_destroy(plan->d);
    if (plan->b) blas->layout_destroy(plan->b);
    if (plan->a) blas->layout_destroy(plan->a);
    if (plan->description) blas->description_destroy(plan->description);
    free(plan);
}
