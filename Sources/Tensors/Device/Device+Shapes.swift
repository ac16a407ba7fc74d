/// Parts of tensors, rows and their order.
extension Device {
    /// Copies `rows` pieces of `bytes` each, which lie so many bytes apart on both sides.
    private func copyRows(
        _ from: Tensor, _ fromOffset: Int, step fromStep: Int, to: Tensor, _ toOffset: Int, step toStep: Int, rows: Int,
        bytes: Int
    ) {
        launch(
            "copy_rows", in: "elementwise", over: rows * bytes, each: 16,
            [
                .held(from.deviceAddress + UInt64(fromOffset), by: from.storage),
                .held(to.deviceAddress + UInt64(toOffset), by: to.storage), .count(rows), .count(bytes),
                .count(fromStep), .count(toStep),
            ])
    }

    /// The part of one axis from `from` up to, not including, `to`.
    func slice(_ a: Tensor, axis: Int, from: Int, to: Int) -> Tensor {
        let (outer, inner) = a.around(axis)
        let width = a.elementType.width * inner
        var shape = a.shape
        shape[axis] = to - from
        let out = Tensor(uninitialised: shape, elementType: a.elementType, on: self)
        copyRows(
            a, from * width, step: a.shape[axis] * width, to: out, 0,
            step: (to - from) * width, rows: outer, bytes: (to - from) * width)
        return out
    }

    /// Zeros of a shape, with `part` at `from` of one axis.
    func padded(_ part: Tensor, axis: Int, from: Int, to shape: [Int]) -> Tensor {
        let part = part.converted(to: .float32)
        let out = filled(shape, 0)
        let (outer, inner) = out.around(axis)
        let width = inner * out.elementType.width
        copyRows(
            part, 0, step: part.shape[axis] * width, to: out, from * width,
            step: shape[axis] * width, rows: outer, bytes: part.shape[axis] * width)
        return out
    }

    /// Tensors one after another along an axis.
    func concatenated(_ parts: [Tensor], axis: Int, shape: [Int]) -> Tensor {
        let type = parts[0].elementType
        let out = Tensor(uninitialised: shape, elementType: type, on: self)
        let (outer, inner) = out.around(axis)
        let width = inner * type.width
        var offset = 0
        for part in parts {
            let bytes = part.shape[axis] * width
            copyRows(
                part, 0, step: bytes, to: out, offset, step: shape[axis] * width,
                rows: outer, bytes: bytes)
            offset += bytes
        }
        return out
    }

    /// For each id, in the CPU's memory or here, the row of this table: [rows, ..] → [ids.., ..].
    func gathered(_ table: Tensor, _ ids: Tensor) -> Tensor {
        let ids = ids.detached.moved(to: self)
        let rest = Array(table.shape.dropFirst())
        let bytes = rest.reduce(1, *) * table.elementType.width
        let out = Tensor(uninitialised: ids.shape + rest, elementType: table.elementType, on: self)
        launch(
            "gather_rows", in: "elementwise", over: ids.count * bytes, each: 16,
            [.tensor(table), .tensor(ids), .tensor(out), .count(ids.count), .count(bytes)])
        return out
    }
}
