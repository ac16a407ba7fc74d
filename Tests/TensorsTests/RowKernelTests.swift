import CSynKernels
import Foundation
import SynTensors
import Testing

/// The kernels over rows of every class of processor, against plain loops in double precision.
@Suite struct RowKernelTests: KernelSuite {
    static let counts = [1, 3, 17, 50, 257]
    private static let unit = Bounded.unit

    /// Softmax over the first `kept` of a row, as for a caption that is shorter than its batch.
    @Test(arguments: counts, [0, 3, 40]) func softmaxes(_ kept: Int, _ padding: Int) {
        let (x, scale, width) = (Self.numbers(kept + padding, "x"), Float(0.7), kept + padding)
        let (all, factor) = (Self.doubles(x), Double(scale))
        let largest = all[..<kept].max() ?? 0
        let powers = all[..<kept].map {
            (Bounded($0 - largest, within: Self.unit * abs($0 - largest)) * factor).exponential
        }
        let total = powers.reduce(0) { $0 + $1.value }
        let relative = powers.reduce(0) { $0 + $1.bound } / total + (Bounded.depth(kept) + 2) * Self.unit
        let expected =
            powers.map { Bounded($0.value / total, within: ($0.bound + $0.value * relative) / total) }
            + Array(repeating: Bounded(0, within: 0), count: padding)
        Self.expectWithin(expected, "softmax \(kept) of \(width)") { t in
            Self.floats(width) { t.softmax(x, $0, kept, width, scale) }
        }
        let logSum = largest + log(all[..<kept].reduce(0) { $0 + exp($1 - largest) })
        let spread = all[..<kept].map { abs($0 - largest) }.max() ?? 0
        let bound = (spread + 6 + Bounded.depth(kept) + 2 * abs(logSum - largest) + abs(logSum)) * Self.unit
        Self.expectWithin([Bounded(logSum, within: bound)], "log_sum_exp \(kept)") { t in [t.log_sum_exp(x, kept)] }
    }

    @Test(arguments: counts) func softmaxGradients(_ count: Int) {
        let (p, g) = (Self.numbers(count, "p").map { abs($0) / Float(count) }, Self.numbers(count, "g"))
        let (shares, slopes) = (Self.doubles(p), Self.doubles(g))
        let products = zip(shares, slopes).map { $0 * $1 }
        let sum = products.reduce(0, +)
        let ofSum = (Bounded.depth(count) + 1) * Self.unit * products.reduce(0) { $0 + abs($1) }
        let expected = zip(shares, slopes).map { share, slope in
            Bounded(
                0.5 * share * (slope - sum), within: 0.5 * share * (ofSum + 4 * Self.unit * (abs(slope) + abs(sum))))
        }
        Self.expectWithin(expected, "softmax_gradient \(count)") { t in
            Self.floats(count) { t.softmax_gradient(p, g, $0, count, 0.5) }
        }
    }

    @Test(arguments: counts) func exponentials(_ count: Int) {
        let x = Self.numbers(count, "x").map { $0 * 20 }
        let expected = Self.doubles(x).map { (Bounded($0, within: 0) + -0.5).exponential * 3 }
        Self.expectWithin(expected, "exponential \(count)") { t in
            Self.floats(count) { t.exponential(x, $0, count, 0.5, 3) }
        }
    }

    @Test(arguments: counts) func layerNorms(_ count: Int) {
        let (x, gamma, beta) = (
            Self.numbers(count, "x").map { $0 + 3 }, Self.numbers(count, "gamma"), Self.numbers(count, "beta")
        )
        let (all, n, depth, unit) = (Self.doubles(x), Double(count), Bounded.depth(count), Self.unit)
        let epsilon = Double(Float(1e-5))
        let mean = all.reduce(0, +) / n
        let ofMean = count == 1 ? 0 : (depth + 1) * unit * all.reduce(0) { $0 + abs($1) } / n
        let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
        let away = all.reduce(0) { $0 + abs($1 - mean) } / n
        let ofVariance = 2 * (ofMean * away + unit * variance) + ofMean * ofMean + (depth + 2) * unit * variance
        let inverse = 1 / (variance + epsilon).squareRoot()
        let relative = ofVariance / (2 * (variance + epsilon)) + 3 * unit
        let expected = all.indices.map { i in
            let (distance, g) = (all[i] - mean, Double(gamma[i]))
            let scaled = distance * inverse * g
            let bound = abs(inverse * g) * (ofMean + unit * abs(distance)) + abs(scaled) * (relative + 2 * unit)
            return Bounded(scaled, within: bound * (1 + relative)) + Double(beta[i])
        }
        let statistics = [Bounded(mean, within: ofMean), Bounded(inverse, within: inverse * relative)]
        Self.expectWithin(expected + statistics, "layer_norm \(count)") { t in
            Self.floats(count + 2) { t.layer_norm(x, gamma, beta, $0, count, 1e-5, $0 + count) }
        }
        Self.expectWithin(expected.map(\.narrowed) + statistics, "layer_norm_bf16 \(count)") { t in
            var own: [Float] = [0, 0]
            return Self.shorts(count) { t.layer_norm_bf16(x, gamma, beta, $0, count, 1e-5, &own) } + own
        }
    }

    @Test(arguments: counts) func layerNormGradients(_ count: Int) {
        let (x, gamma) = (Self.numbers(count, "x"), Self.numbers(count, "gamma"))
        let (wide, narrow) = (Self.numbers(count, "g"), Self.rounded(count, "short g"))
        let statistics: [Float] = [0.1, 1.1]
        let (mean, inverse) = (Double(statistics[0]), Double(statistics[1]))
        func expected(_ g: [Double]) -> [Bounded] {
            let (n, depth, unit) = (Double(count), Bounded.depth(count), Self.unit)
            let normal = Self.doubles(x).map { ($0 - mean) * inverse }
            let s = zip(g, gamma).map { $0 * Double($1) }
            let sn = zip(s, normal).map { $0 * $1 }
            let (plain, along) = (s.reduce(0, +) / n, sn.reduce(0, +) / n)
            let ofPlain = (depth + 2) * unit * s.reduce(0) { $0 + abs($1) } / n
            let ofAlong = (depth + 5) * unit * sn.reduce(0) { $0 + abs($1) } / n
            return s.indices.map { i in
                let size = abs(s[i]) + abs(plain) + abs(normal[i] * along)
                let bound = ofPlain + abs(normal[i]) * ofAlong + 6 * unit * size
                return Bounded(inverse * (s[i] - plain - normal[i] * along), within: inverse * bound)
            }
        }
        Self.expectWithin(expected(Self.doubles(wide)), "layer_norm_gradient \(count)") { t in
            Self.floats(count) { t.layer_norm_gradient(x, wide, gamma, $0, count, statistics) }
        }
        Self.expectWithin(expected(Self.doubles(narrow)), "layer_norm_gradient_bf16 \(count)") { t in
            Self.floats(count) { t.layer_norm_gradient_bf16(x, narrow, gamma, $0, count, statistics) }
        }
    }

    @Test(arguments: counts) func gelus(_ count: Int) {
        let (x, g) = (Self.numbers(count, "x").map { $0 * 3 }, Self.numbers(count, "g"))
        let (short, shortG) = (Self.rounded(count, "short"), Self.rounded(count, "short g"))
        func values(_ x: [Double]) -> [Bounded] { x.map { Bounded($0, within: 0).gelu } }
        func slopes(_ x: [Double], _ g: [Double]) -> [Bounded] {
            zip(x, g).map { x, g in
                let (cdf, error) = Bounded.normal(x)
                let density = x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
                let bound = error + abs(density) * (8 + 2 * x * x) * Self.unit + Self.unit * abs(cdf + density)
                return Bounded(cdf + density, within: bound) * g
            }
        }
        Self.expectWithin(values(Self.doubles(x)), "gelu \(count)") { t in Self.floats(count) { t.gelu(x, $0, count) } }
        Self.expectWithin(values(Self.doubles(short)).map(\.narrowed), "gelu_bf16 \(count)") { t in
            Self.shorts(count) { t.gelu_bf16(short, $0, count) }
        }
        Self.expectWithin(slopes(Self.doubles(x), Self.doubles(g)), "gelu_gradient \(count)") { t in
            Self.floats(count) { t.gelu_gradient(x, g, $0, count) }
        }
        let narrow = slopes(Self.doubles(short), Self.doubles(shortG)).map(\.narrowed)
        Self.expectWithin(narrow, "gelu_gradient_bf16 \(count)") { t in
            Self.shorts(count) { t.gelu_gradient_bf16(short, shortG, $0, count) }
        }
    }

    /// The nearest whole numbers, with a scale by which the largest is the largest that there is.
    @Test(arguments: counts) func wholeNumbers(_ count: Int) {
        let x = Self.numbers(count, "x")
        let largest = Self.doubles(x).map(abs).max() ?? 0
        func expected(_ most: Double) -> [Bounded] {
            [Bounded(largest / most, within: Self.unit * largest / most)]
                + Self.doubles(x).map { Bounded($0 * most / largest, within: 0.5 + 3 * most * Self.unit) }
        }
        Self.expectWithin(expected(127), "to_int8 \(count)") { t in
            var whole = [Int8](repeating: 0, count: count)
            return [t.to_int8(x, &whole, count)] + whole.map { Float($0) }
        }
        Self.expectWithin(expected(32767), "to_int16 \(count)") { t in
            var whole = [Int16](repeating: 0, count: count)
            return [t.to_int16(x, &whole, count)] + whole.map { Float($0) }
        }
    }

    @Test(arguments: counts) func stepsOfAdamW(_ count: Int) {
        let (p, g, m) = (Self.numbers(count, "p"), Self.numbers(count, "g"), Self.numbers(count, "m"))
        let v = Self.numbers(count, "v").map { abs($0) }
        let settings: [Float] = [0.9, 0.99, 1e-8, 0.999, 0.1, 0.5]
        let s = Self.doubles(settings), unit = Self.unit
        var (places, first, second) = ([Bounded](), [Bounded](), [Bounded]())
        for i in 0..<count {
            let (p, g, m, v) = (Double(p[i]), Double(g[i]), Double(m[i]), Double(v[i]))
            let (kept, added) = (m * s[0], g * (1 - s[0]))
            first.append(Bounded(kept + added, within: 3 * unit * (abs(kept) + abs(added))))
            second.append(Bounded(v * s[1] + g * g * (1 - s[1]), within: 4 * unit * (v * s[1] + g * g * (1 - s[1]))))
            let divisor = second[i].value.squareRoot() / s[5] + s[2]
            let step = first[i] * (s[4] / divisor)
            let bound = step.bound + abs(step.value) * 8 * unit + 2 * unit * abs(p * s[3])
            places.append(Bounded(p * s[3] - step.value, within: bound + unit * abs(p * s[3] - step.value)))
        }
        Self.expectWithin(places + first + second, "adamw \(count)") { t in
            var (p, m, v) = (p, m, v)
            t.adamw(&p, g, &m, &v, count, settings[0], settings[1], settings[2], settings[3], settings[4], settings[5])
            return p + m + v
        }
    }
}
