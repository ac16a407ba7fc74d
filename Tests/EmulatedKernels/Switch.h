// From one fiber to another: registers that a call must keep are saved on the stack, and the stack is changed.

#ifndef EMULATED_SWITCH_H
#define EMULATED_SWITCH_H

#include <string.h>

/// Saves the current fiber in `saved`, and goes on where `next` was saved.
extern "C" void emulated_switch(void **saved, void *next);
extern "C" void emulated_begin();

#if defined(__x86_64__)
asm(R"(
.text
.globl emulated_switch
.type emulated_switch, @function
emulated_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    retq
.size emulated_switch, .-emulated_switch
)");
/// What a new fiber has saved, whose stack ends at `top`.
static inline void *prepared(char *top) {
    void **stack = reinterpret_cast<void **>(top);
    *--stack = nullptr;
    *--stack = reinterpret_cast<void *>(&emulated_begin);
    for (int i = 0; i < 6; ++i) *--stack = nullptr;
    return stack;
}
#elif defined(__aarch64__)
asm(R"(
.text
.globl emulated_switch
.type emulated_switch, @function
emulated_switch:
    sub sp, sp, #160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
.size emulated_switch, .-emulated_switch
)");
/// What a new fiber has saved, whose stack ends at `top`.
static inline void *prepared(char *top) {
    char *stack = top - 160;
    memset(stack, 0, 160);
    void *begin = reinterpret_cast<void *>(&emulated_begin);
    memcpy(stack + 88, &begin, sizeof begin);
    return stack;
}
#else
#error "The emulation of kernels switches fibers by hand and knows x86-64 and arm64."
#endif

#endif
