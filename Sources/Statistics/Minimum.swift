import RealModule

/// The least value of a function of a few numbers by comparing values alone (Nelder and Mead 1965).
enum NelderMead {
    static func minimum(from start: [Double], _ value: ([Double]) -> Double) -> [Double] {
        var corners =
            [start]
            + start.indices.map { place in
                var corner = start
                corner[place] += corner[place] == 0 ? 0.5 : -0.5 * corner[place]
                return corner
            }
        var points = corners.map { (place: $0, value: value($0)) }
        corners = []
        func mix(_ a: [Double], _ b: [Double], _ share: Double) -> [Double] { zip(a, b).map { $0 + share * ($1 - $0) } }
        for _ in 0..<400 * start.count {
            points.sort { $0.value < $1.value }
            let (best, worst) = (points[0], points[points.count - 1])
            if abs(worst.value - best.value) <= 1e-12 * (1 + abs(best.value)) { break }
            let rest = points.dropLast()
            let centre = start.indices.map { i in rest.reduce(0) { $0 + $1.place[i] } / Double(rest.count) }
            func tried(_ share: Double) -> (place: [Double], value: Double) {
                let place = mix(centre, worst.place, share)
                return (place, value(place))
            }
            let reflected = tried(-1)
            let next: (place: [Double], value: Double)
            if reflected.value < best.value {
                let further = tried(-2)
                next = further.value < reflected.value ? further : reflected
            } else if reflected.value < points[points.count - 2].value {
                next = reflected
            } else {
                next = tried(reflected.value < worst.value ? -0.5 : 0.5)
            }
            if next.value < worst.value {
                points[points.count - 1] = next
            } else {
                points =
                    [best]
                    + points.dropFirst().map { point in
                        let place = mix(best.place, point.place, 0.5)
                        return (place, value(place))
                    }
            }
        }
        return points.min { $0.value < $1.value }?.place ?? start
    }
}

/// Derivatives by differences, and the last steps to a minimum with them.
enum Newton {
    private static func step(_ x: Double) -> Double { 1e-2 * max(abs(x), 0.05) }

    /// What differences of an even order of error tend to as their width does to nothing (Richardson 1911).
    private static func limit(_ difference: (_ scale: Double) -> Double) -> Double {
        let (wide, middle, narrow) = (difference(1), difference(0.5), difference(0.25))
        let (first, second) = ((4 * middle - wide) / 3, (4 * narrow - middle) / 3)
        return (16 * second - first) / 15
    }

    static func gradient(at point: [Double], _ value: ([Double]) -> Double) -> [Double] {
        point.indices.map { place in
            func slope(_ width: Double) -> Double {
                var (left, right) = (point, point)
                left[place] -= width
                right[place] += width
                return (value(right) - value(left)) / (2 * width)
            }
            let width = step(point[place])
            return limit { slope($0 * width) }
        }
    }

    static func hessian(at point: [Double], _ value: ([Double]) -> Double) -> [[Double]] {
        let middle = value(point)
        func second(_ i: Int, _ j: Int, _ scale: Double) -> Double {
            let (a, b) = (scale * step(point[i]), scale * step(point[j]))
            func at(_ u: Double, _ v: Double) -> Double {
                var moved = point
                moved[i] += u
                moved[j] += v
                return value(moved)
            }
            if i == j { return (at(a, 0) - 2 * middle + at(-a, 0)) / (a * a) }
            return (at(a, b) - at(a, -b) - at(-a, b) + at(-a, -b)) / (4 * a * b)
        }
        return point.indices.map { i in
            point.indices.map { j in limit { second(min(i, j), max(i, j), $0) } }
        }
    }

    /// A point nearer to the minimum that it is close to.
    static func polished(_ point: [Double], _ value: ([Double]) -> Double) -> [Double] {
        var (best, least) = (point, value(point))
        for _ in 0..<20 {
            let slopes = gradient(at: best, value)
            var factor = hessian(at: best, value).flatMap(\.self)
            guard Cholesky.factor(&factor, best.count) else { return best }
            var move = slopes
            Cholesky.divide(&move, rows: 1, by: factor, best.count)
            for i in move.indices.reversed() {
                for j in i + 1..<max(move.count, i + 1) { move[i] -= factor[j * move.count + i] * move[j] }
                move[i] /= factor[i * move.count + i]
            }
            let next = zip(best, move).map { $0 - $1 }
            let found = value(next)
            guard found <= least + 1e-11 * (1 + abs(least)) else { return best }
            (best, least) = (next, min(found, least))
            if move.allSatisfy({ abs($0) < 1e-9 }) { break }
        }
        return best
    }
}
