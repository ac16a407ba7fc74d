extension Tensor {
    /// The same elements with other axes; one axis may be −1. No copy.
    package func reshaped(_ newShape: [Int]) -> Tensor {
        var shape = newShape
        if let free = shape.firstIndex(of: -1) {
            let others = shape.enumerated().reduce(1) { $1.offset == free ? $0 : $0 * $1.element }
            shape[free] = others == 0 ? 0 : count / others
        }
        precondition(shape.reduce(1, *) == count, "a tensor of shape \(self.shape) cannot become \(newShape)")
        let old = self.shape
        return Tensor(storage: storage, shape: shape, elementType: elementType)
            .remembering([self], backward: { g in [g.reshaped(old)] })
    }

    /// The axes in another order: axis i of the result is axis `axes[i]` of this. A copy.
    package func transposed(axes: [Int]) -> Tensor {
        precondition(axes.sorted() == Array(shape.indices), "\(axes) is not an order of the axes of \(shape)")
        let out = Tensor(uninitialised: axes.map { shape[$0] }, elementType: elementType)
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
        let outShape = out.shape
        let steps = axes.map { strides[$0] }
        let run = outShape.last ?? 1
        let runStep = steps.last ?? 1
        precondition(elementType.width == 4, "only elements of four bytes are transposed")
        let a = storage.address.assumingMemoryBound(to: UInt32.self)
        let o = out.storage.address.assumingMemoryBound(to: UInt32.self)
        parallel(run == 0 ? 0 : count / run, grain: max(1, elementGrain / max(run, 1))) { rows in
            for row in rows {
                var rest = row
                var from = 0
                for axis in outShape.indices.dropLast().reversed() {
                    from += rest % outShape[axis] * steps[axis]
                    rest /= outShape[axis]
                }
                let to = o + row * run
                for i in 0..<run { to[i] = a[from &+ i &* runStep] }
            }
        }
        var inverse = axes
        for (position, axis) in axes.enumerated() { inverse[axis] = position }
        return out.remembering([self], backward: { [inverse] g in [g.transposed(axes: inverse)] })
    }

    /// [batch, channels, height, width] → [batch, height, width, channels].
    package var channelsLast: Tensor { transposed(axes: [0, 2, 3, 1]) }

    /// The part of one axis from `from` up to, not including, `to`.
    package func slice(axis: Int, from: Int, to: Int) -> Tensor {
        let axis = axis < 0 ? shape.count + axis : axis
        precondition(
            0 <= from && from <= to && to <= shape[axis], "\(from)..<\(to) is outside axis \(axis) of \(shape)")
        let (outer, inner) = around(axis)
        let full = shape
        if let device {
            return device.slice(detached, axis: axis, from: from, to: to)
                .remembering([self], backward: { g in [device.padded(g, axis: axis, from: from, to: full)] })
        }
        let width = elementType.width * inner
        let (whole, part) = (shape[axis] * width, (to - from) * width)
        var outShape = shape
        outShape[axis] = to - from
        let out = Tensor(uninitialised: outShape, elementType: elementType)
        for i in 0..<outer {
            let source = storage.address + i * whole + from * width
            (out.storage.address + i * part).copyMemory(from: source, byteCount: part)
        }
        return out.remembering(
            [self],
            backward: { g in
                let back = Tensor.zeros(full)
                for i in 0..<outer {
                    let target = back.storage.address + i * whole + from * width
                    target.copyMemory(from: g.storage.address + i * part, byteCount: part)
                }
                return [back]
            })
    }

    /// Elements before and after one axis.
    func around(_ axis: Int) -> (outer: Int, inner: Int) {
        (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
    }

    /// The rows at these places of the first axis, in this order; a place may come more than once.
    package func rows(at places: [Int]) -> Tensor {
        if device != nil { return embedding(of: Tensor(places.map(Int32.init), shape: [places.count])) }
        let width = shape.dropFirst().reduce(1, *)
        let bytes = width * elementType.width
        let out = Tensor(uninitialised: [places.count] + shape.dropFirst(), elementType: elementType)
        for (to, from) in places.enumerated() {
            precondition(shape[0] > from && from >= 0, "row \(from) is outside a tensor of shape \(shape)")
            (out.storage.address + to * bytes).copyMemory(from: storage.address + from * bytes, byteCount: bytes)
        }
        let full = shape
        return out.remembering([self], backward: { g in [g.scattered(to: places, shape: full)] })
    }

    /// Adds row i of this into row `places[i]` of zeros of a shape.
    func scattered(to places: [Int], shape: [Int]) -> Tensor {
        let back = Tensor.zeros(shape)
        let width = shape.dropFirst().reduce(1, *)
        let (g, o) = (constFloats, back.mutableFloats)
        for (from, to) in places.enumerated() {
            mapLanes(0..<width, o + to * width, g + from * width, o + to * width) { $0 + $1 }
        }
        return back
    }

    /// For each id of any shape, the row of this table: [rows, hidden] → [ids…, hidden].
    package func embedding(of ids: Tensor) -> Tensor {
        if let device {
            precondition(!wantsGradient, "tables are not trained on devices")
            return device.gathered(self, ids)
        }
        return rows(at: ids.integers.map(Int.init)).reshaped(ids.shape + shape.dropFirst())
    }
}

/// Tensors one after another along an axis; the other axes are equal.
package func concatenated(_ parts: [Tensor], axis: Int) -> Tensor {
    precondition(!parts.isEmpty, "nothing to concatenate")
    let first = parts[0]
    let axis = axis < 0 ? first.shape.count + axis : axis
    for part in parts {
        var (a, b) = (part.shape, first.shape)
        a[axis] = 0
        b[axis] = 0
        precondition(a == b && part.elementType == first.elementType, "\(part.shape) does not continue \(first.shape)")
    }
    var shape = first.shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    let sizes = parts.map { $0.shape[axis] }
    let wants = parts.map(\.wantsGradient)
    let backward: GradientNode.Backward = { g in
        var from = 0
        return zip(sizes, wants).map { size, wanted in
            defer { from += size }
            return wanted ? g.slice(axis: axis, from: from, to: from + size) : nil
        }
    }
    if let device = parts.lazy.compactMap(\.device).first {
        let parts = parts.map { $0.moved(to: device) }
        return device.concatenated(parts, axis: axis, shape: shape).remembering(parts, backward: backward)
    }
    let out = Tensor(uninitialised: shape, elementType: first.elementType)
    let (outer, inner) = first.around(axis)
    let width = inner * first.elementType.width
    var offset = 0
    for part in parts {
        let bytes = part.shape[axis] * width
        let (to, from, step) = (out.storage.address + offset, part.storage.address, shape[axis] * width)
        parallel(outer, grain: max(1, 4 * elementGrain / max(bytes, 1))) { rows in
            for i in rows { (to + i * step).copyMemory(from: from + i * bytes, byteCount: bytes) }
        }
        offset += bytes
    }
    return out.remembering(parts, backward: backward)
}
