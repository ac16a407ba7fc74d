/// Points of the plane in squares within squares, so that many far ones can be taken as one (Barnes and Hut 1986).
struct QuadTree {
    private struct Cell {
        var centre: (x: Double, y: Double)
        let side: Double
        var count = 0
        var mass: (x: Double, y: Double) = (0, 0)
        /// The first of four; -1 for a cell that is not divided.
        var children = -1
    }

    private var cells: [Cell] = []
    private let positions: [Double]

    init(_ positions: [Double]) {
        self.positions = positions
        let (xs, ys) = (stride(from: 0, to: positions.count, by: 2), stride(from: 1, to: positions.count, by: 2))
        let (left, right) = (xs.lazy.map { positions[$0] }.min() ?? 0, xs.lazy.map { positions[$0] }.max() ?? 0)
        let (bottom, top) = (ys.lazy.map { positions[$0] }.min() ?? 0, ys.lazy.map { positions[$0] }.max() ?? 0)
        let side = max(right - left, top - bottom, 1e-12) * 1.0001
        cells = [Cell(centre: ((left + right) / 2, (bottom + top) / 2), side: side)]
        for point in 0..<positions.count / 2 { insert(positions[2 * point], positions[2 * point + 1]) }
    }

    private mutating func insert(_ x: Double, _ y: Double) {
        var cell = 0
        for depth in 0..<64 {
            let before = cells[cell]
            cells[cell].count += 1
            cells[cell].mass.x += (x - before.mass.x) / Double(before.count + 1)
            cells[cell].mass.y += (y - before.mass.y) / Double(before.count + 1)
            if before.children < 0 {
                // A cell of coinciding points stays whole.
                let isSame = before.count == 0 || abs(before.mass.x - x) + abs(before.mass.y - y) < 1e-14
                if isSame || depth == 63 { return }
                divide(cell)
                let child = self.child(of: cell, before.mass.x, before.mass.y)
                cells[child].count = before.count
                cells[child].mass = before.mass
            }
            cell = child(of: cell, x, y)
        }
    }

    private mutating func divide(_ cell: Int) {
        cells[cell].children = cells.count
        let (centre, half) = (cells[cell].centre, cells[cell].side / 2)
        for quarter in 0..<4 {
            cells.append(
                Cell(
                    centre: (
                        centre.x + (quarter & 1 == 1 ? half : -half) / 2,
                        centre.y + (quarter & 2 == 2 ? half : -half) / 2
                    ), side: half))
        }
    }

    private func child(of cell: Int, _ x: Double, _ y: Double) -> Int {
        cells[cell].children + (x > cells[cell].centre.x ? 1 : 0) + (y > cells[cell].centre.y ? 2 : 0)
    }

    /// Σ w² (y_i - y_j) for every point [n, 2], and Σ w over all ordered pairs, w = 1/(1 + distance²).
    ///
    /// - Parameter openness: cells count as one point where side/distance is less.
    func repulsion(openness: Double) -> ([Double], Double) {
        let n = positions.count / 2
        var (forces, sum) = ([Double](repeating: 0, count: 2 * n), 0.0)
        var stack: [Int] = []
        cells.withUnsafeBufferPointer { cells in
            for point in 0..<n {
                let (x, y) = (positions[2 * point], positions[2 * point + 1])
                var (fx, fy) = (0.0, 0.0)
                stack.append(0)
                while let index = stack.popLast() {
                    let cell = cells[index]
                    guard cell.count > 0 else { continue }
                    let (dx, dy) = (x - cell.mass.x, y - cell.mass.y)
                    let square = dx * dx + dy * dy
                    if cell.children >= 0, cell.side * cell.side >= openness * openness * square {
                        for child in 0..<4 { stack.append(cell.children + child) }
                        continue
                    }
                    // A whole cell at this very place holds the point itself.
                    let others = Double(cell.children < 0 && square < 1e-28 ? cell.count - 1 : cell.count)
                    let weight = 1 / (1 + square)
                    sum += others * weight
                    fx += others * weight * weight * dx
                    fy += others * weight * weight * dy
                }
                (forces[2 * point], forces[2 * point + 1]) = (fx, fy)
            }
        }
        return (forces, sum)
    }
}
