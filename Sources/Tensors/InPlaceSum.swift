import CSynKernels

extension Tensor {
    /// Adds a tensor of the same shape, in either type of number; the sum keeps the type of the left side.
    ///
    /// Frozen values are added in the left side's own memory, unless somebody else holds it too. Where a gradient is
    /// wanted this is x = x + y.
    package static func += (x: inout Tensor, y: Tensor) {
        precondition(x.shape == y.shape, "\(y.shape) is not added to \(x.shape)")
        if x.wantsGradient || y.wantsGradient || commonDevice(x, y) != nil {
            x = x + y
            return
        }
        x.becomeOnlyHolder()
        let (to, from, types) = (x.storage.address, y.storage.address, (x.elementType, y.elementType))
        parallel(x.count, grain: elementGrain) { range in
            kernels.add(
                to + range.lowerBound * types.0.width, types.0.kernelType, from + range.lowerBound * types.1.width,
                types.1.kernelType, range.count)
        }
    }
}
