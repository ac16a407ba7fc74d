/// Convolutions and norms of frozen networks for images.
extension Device {
    /// A frozen convolution in the type of `output`, of images with each pixel twice in both directions if `doubled`.
    ///
    /// - Parameters:
    ///   - images: [batch, height, width, in].
    ///   - weight: [out, in, kernelHeight, kernelWidth].
    ///   - addend: what is added to the result, which is Float32 then.
    func convolved(
        _ images: Tensor, _ weight: Tensor, _ bias: Tensor?, stride: Int, padding: Padding, doubled: Bool = false,
        addingTo addend: Tensor? = nil, output: ElementType
    ) -> Tensor {
        let images = images.converted(to: weight.elementType)
        let convolution = DeviceConvolution(
            self, images: images, weight: weight, stride: stride, padding: padding, doubled: doubled)
        let isNarrow = weight.elementType == .bfloat16 && output == .bfloat16   // products of Float32 are Float32
        let out = Tensor(
            uninitialised: convolution.outShape, elementType: isNarrow ? .bfloat16 : .float32, on: self)
        precondition(
            addend.map { $0.shape == out.shape && $0.elementType == .float32 && !isNarrow } ?? true,
            "\(String(describing: addend?.shape)) is not added to \(out.shape) of \(output)")
        if out.count > 0 { convolution.run(images, weight, bias, addend: addend, into: out) }
        return out.converted(to: output)
    }

    /// Every pixel factor × factor times.
    func pixelsRepeated(_ images: Tensor, by factor: Int) -> Tensor {
        let (batch, height, width, channels) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3])
        let shape = [batch, height * factor, width * factor, channels]
        let out = Tensor(uninitialised: shape, elementType: images.elementType, on: self)
        let bytes = channels * images.elementType.width
        launch(
            "repeat_pixels", in: "images", over: out.count,
            [
                .tensor(images), .tensor(out), .count(batch * height), .int(width), .int(bytes), .int(factor),
            ])
        return out
    }

    /// Group norm of images [batch, .., channels] in either type, and SiLU where asked for.
    func groupNorm(
        _ x: Tensor, groups: Int, _ scale: Tensor, _ shift: Tensor, _ epsilon: Float, silu: Bool, output: ElementType
    ) -> Tensor {
        let (samples, channels) = (x.shape[0], x.size(-1))
        precondition(channels % 8 == 0 && channels % groups == 0, "\(channels) channels in \(groups) groups")
        let out = Tensor(uninitialised: x.shape, elementType: output, on: self)
        guard x.count > 0 else { return out }
        let pixels = x.count / samples / channels
        // Parts depend on the image alone, so that its batch cannot change a bit.
        let partPixels = max(64, (pixels + 63) / 64)
        let parts = (pixels + partPixels - 1) / partPixels
        let factors = Tensor(uninitialised: [samples, 2, channels], on: self)
        let pieces = channels * x.elementType.width / 16
        let shared = LaunchSize(blocks: parts, samples, (pieces + 255) / 256, threads: 256)
        func kernel(_ name: String) -> DeviceKernel {
            DeviceKernel("group_norm_\(name)\(x.elementType.kernelEnding)", in: "group_norm")
        }
        let known = x.storage.moments
        let moments =
            known ?? DeviceMoments(samples: samples, parts: parts, channels: channels, partPixels: partPixels, on: self)
        if known == nil {
            launch(
                kernel("moments_"), shared,
                [.tensor(x), .tensor(moments.table), .int(pixels), .int(channels), .int(partPixels)])
        }
        launch(
            kernel("factors_"), LaunchSize(blocks: groups, samples, threads: 256),
            [
                known == nil ? .tensor(x) : .address(nil), .tensor(moments.table), .tensor(scale), .tensor(shift),
                .tensor(factors), .int(pixels), .int(channels), .int(groups), .int(moments.partPixels),
                .int((pixels + moments.partPixels - 1) / moments.partPixels), .float(epsilon),
            ])
        launch(
            DeviceKernel(
                "group_norm_\(x.elementType.kernelEnding)_\(output.kernelEnding)", in: "group_norm"), shared,
            [
                .tensor(x), .tensor(factors), .tensor(out), .int(pixels), .int(channels), .int(partPixels),
                .int(silu ? 1 : 0),
            ])
        return out
    }

    /// The place of the largest number of each row of [.., width], the first of equals: Int32 [..].
    func argmax(_ x: Tensor) -> Tensor {
        precondition(x.elementType == .float32, "the largest of Float32 numbers is looked for")
        let out = Tensor(uninitialised: x.shape.dropLast(), elementType: .int32, on: self)
        launch("argmax_rows", in: "images", rows: out.count, [.tensor(x), .tensor(out), .int(x.size(-1))])
        return out
    }

    /// Attention of one head between separate queries [batch, queries, size], keys and values [batch, keys, size], all
    /// of one type, which the shares have too; scores are Float32.
    func attention(_ query: Tensor, _ key: Tensor, _ value: Tensor, scale: Float) -> Tensor {
        let (batch, queries, size, keys) = (query.shape[0], query.shape[1], query.shape[2], key.shape[1])
        let type = query.elementType
        let out = Tensor(uninitialised: query.shape, elementType: type, on: self)
        guard out.count > 0 else { return out }
        let scores = Tensor(uninitialised: [batch, queries, keys], on: self)
        let shares = Tensor(uninitialised: scores.shape, elementType: type, on: self)
        var closeness = DeviceProduct(rows: queries, outs: keys, inner: size, type: type, outType: .float32)
        (closeness.rightIsTurned, closeness.count) = (true, batch)
        var mixture = DeviceProduct(rows: queries, outs: size, inner: keys, type: type, outType: type)
        mixture.count = batch
        multiply(
            closeness, left: query.deviceAddress, right: key.deviceAddress, bias: nil, addend: nil,
            into: scores.deviceAddress)
        launch(
            "softmax_rows_" + type.kernelEnding, in: "images", rows: batch * queries,
            [.tensor(scores), .tensor(shares), .int(keys), .float(scale)])
        multiply(
            mixture, left: shares.deviceAddress, right: value.deviceAddress, bias: nil, addend: nil,
            into: out.deviceAddress)
        withExtendedLifetime((query, key, value, scores, shares, out)) {}
        return out
    }
}
