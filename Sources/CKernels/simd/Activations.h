// Activations of sixteen floats at a time.
#ifndef KERNELS_ACTIVATIONS_H
#define KERNELS_ACTIVATIONS_H

#include "Simd.h"

// The normal distribution function within 8e-8 of the truth, and relative to it far out on the left: Abramowitz and
// Stegun 7.1.26, erfc(z) = t·(a₁ + t·(a₂ + ...))·e^(−z²) with t = 1/(1 + 0.3275911·z), for z = |x|/√2.
#define NORMAL_CDF(x, power)                                                                                                \
    ({                                                                                                                 \
        const simd at_ = (x), z_ = __builtin_elementwise_abs(at_) * 0.70710678118654752f;                             \
        const simd t_ = 1 / (z_ * 0.3275911f + 1);                                                                    \
        simd p_ = t_ * 1.061405429f - 1.453152027f;                                                                   \
        p_ = p_ * t_ + 1.421413741f;                                                                                   \
        p_ = p_ * t_ - 0.284496736f;                                                                                   \
        p_ = p_ * t_ + 0.254829592f;                                                                                   \
        const simd tail_ = p_ * t_ * (power) * 0.5f;                                                                  \
        const simd_int left_ = at_ < 0;                                                                                 \
        (simd)(((simd_int)tail_ & left_) | ((simd_int)(1 - tail_) & ~left_));                                           \
    })

#define NORMAL_EXP(x) ({ const simd x_2 = (x); EXP(x_2 * x_2 * -0.5f); })   // e^(−x²/2)

#define GELU(x) ({ const simd v_ = (x); v_ * NORMAL_CDF(v_, NORMAL_EXP(v_)); })

// Φ(x) + x·φ(x), GELU's gradient.
#define GELU_GRADIENT(x)                                                                                                     \
    ({                                                                                                                 \
        const simd v_ = (x), power_ = NORMAL_EXP(v_);                                                                      \
        NORMAL_CDF(v_, power_) + v_ * power_ * 0.39894228040143268f;                                                        \
    })

// What is not a number stays so.
#define RELU(x) ({ const simd v_ = (x); (simd)((simd_int)v_ & ~(v_ < 0)); })

// x·σ(1.702 x).
#define QUICK_GELU(x) ({ const simd v_ = (x); v_ / (EXP(v_ * -1.702f) + 1); })

#endif
