import CLanes

extension Tensor {
    /// Adds a tensor of the same shape, in either type of number; the sum keeps the type of the left side.
    ///
    /// Frozen values are added in the left side's own memory, unless somebody else holds it too. Where a gradient is
    /// wanted this is x = x + y.
    public static func += (x: inout Tensor, y: Tensor) {
        precondition(x.shape == y.shape, "\(y.shape) is not added to \(x.shape)")
        if x.wantsGradient || y.wantsGradient {
            x = x + y
            return
        }
        x.becomeOnlyHolder()
        let (to, from, types) = (x.storage.address, y.storage.address, (x.elementType, y.elementType))
        parallel(x.count, grain: elementGrain) { range in
            lanes_add(
                to + range.lowerBound * types.0.width, types.0.lanes, from + range.lowerBound * types.1.width,
                types.1.lanes, range.count)
        }
    }
}

extension ElementType {
    /// The type as our kernels in C call it.
    var lanes: lanes_type {
        precondition(self == .float32 || self == .bfloat16, "kernels of fractions have no whole numbers")
        return self == .bfloat16 ? LANES_BF16 : LANES_F32
    }
}
