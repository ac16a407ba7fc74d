// Activations of sixteen floats at a time.
#ifndef CLANES_ACTIVATIONS_H
#define CLANES_ACTIVATIONS_H

#include "Lanes.h"

// The normal distribution function within 8e-8 of the truth, and relative to it far out on the left: Abramowitz and
// Stegun 7.1.26, erfc(z) = t·(a₁ + t·(a₂ + ...))·e^(−z²) with t = 1/(1 + 0.3275911·z), for z = |x|/√2.
#define BELOW(x, power)                                                                                                \
    ({                                                                                                                 \
        const lanes at_ = (x), z_ = __builtin_elementwise_abs(at_) * 0.70710678118654752f;                             \
        const lanes t_ = 1 / (z_ * 0.3275911f + 1);                                                                    \
        lanes p_ = t_ * 1.061405429f - 1.453152027f;                                                                   \
        p_ = p_ * t_ + 1.421413741f;                                                                                   \
        p_ = p_ * t_ - 0.284496736f;                                                                                   \
        p_ = p_ * t_ + 0.254829592f;                                                                                   \
        const lanes tail_ = p_ * t_ * (power) * 0.5f;                                                                  \
        const lanes_i left_ = at_ < 0;                                                                                 \
        (lanes)(((lanes_i)tail_ & left_) | ((lanes_i)(1 - tail_) & ~left_));                                           \
    })

#define POWER(x) ({ const lanes x_2 = (x); EXP(x_2 * x_2 * -0.5f); })   // e^(−x²/2)

#define GELU(x) ({ const lanes v_ = (x); v_ * BELOW(v_, POWER(v_)); })

// Φ(x) + x·φ(x), GELU's slope.
#define SLOPE(x)                                                                                                       \
    ({                                                                                                                 \
        const lanes v_ = (x), power_ = POWER(v_);                                                                      \
        BELOW(v_, power_) + v_ * power_ * 0.39894228040143268f;                                                        \
    })

// x·σ(1.702 x).
#define QUICK_GELU(x) ({ const lanes v_ = (x); v_ / (EXP(v_ * -1.702f) + 1); })

#endif
