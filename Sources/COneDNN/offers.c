// What oneDNN has on this processor, found out by asking for it.
#include "Primitive.h"

static pthread_once_t tried = PTHREAD_ONCE_INIT;
static bool multiplies;

static void try_bf16(void) {
    const syn_view a = {2, SYN_BF16, {16, 16}, {16, 1}}, b = a, c = {2, SYN_F32, {16, 16}, {16, 1}};
    const syn_view narrow = {4, SYN_BF16, {1, 16, 4, 4}, {256, 1, 64, 16}};
    const syn_view wide = {4, SYN_F32, {1, 16, 4, 4}, {256, 1, 64, 16}};
    const syn_view kernel = {4, SYN_BF16, {16, 16, 1, 1}, {16, 1, 1, 1}};
    const syn_window window = {1, 1, 0, 0, 0, 0};
    const syn_op *made[] = {
        syn_matmul(&a, &b, &c, false, SYN_IDENTITY, true),
        syn_convolution_forward(&narrow, &kernel, &wide, &window, false, SYN_IDENTITY, false),
        syn_convolution_backward_data(&wide, &kernel, &narrow, &window),
    };
    multiplies = true;
    for (int i = 0; i < 3; i++) {
        multiplies = multiplies && made[i];
        if (made[i]) syn_release(made[i]);
    }
}

bool syn_multiplies_bf16(void) {
    pthread_once(&tried, try_bf16);
    return multiplies;
}

static pthread_once_t tried_winograd = PTHREAD_ONCE_INIT;
static bool has_winograd;

static void try_winograd(void) {
    const syn_view images = {4, SYN_F32, {1, 128, 16, 16}, {32768, 1, 2048, 128}};
    const syn_view kernel = {4, SYN_F32, {128, 128, 3, 3}, {1152, 9, 3, 1}};
    const syn_window window = {1, 1, 1, 1, 1, 1};
    const syn_op *made = syn_convolution_forward(&images, &kernel, &images, &window, false, SYN_IDENTITY, true);
    has_winograd = made && made->enter.primitive;
    if (made) syn_release(made);
}

bool syn_has_winograd(void) {
    pthread_once(&tried_winograd, try_winograd);
    return has_winograd;
}
