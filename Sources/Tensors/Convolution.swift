import CSynOneDNN

/// Zeros around an image, in pixels.
package struct Padding: Sendable, Hashable {
    package var top, left, bottom, right: Int

    package init(top: Int, left: Int, bottom: Int, right: Int) {
        (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
    }
    package init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }
    package init(vertical: Int, horizontal: Int) {
        self.init(top: vertical, left: horizontal, bottom: vertical, right: horizontal)
    }
    package static let zero = Padding(0)

    /// Windows of a size and stride that fit into a padded image.
    func windows(_ height: Int, _ width: Int, _ size: (Int, Int), _ stride: Int) -> (height: Int, width: Int) {
        ((height + top + bottom - size.0) / stride + 1, (width + left + right - size.1) / stride + 1)
    }
}

extension Tensor {
    /// Two-dimensional convolution (cross-correlation, as everywhere in the field), channels last.
    ///
    /// self [batch, height, width, in], weight [out, in, kernelHeight, kernelWidth] as checkpoints have it,
    /// bias [out] → [batch, height', width', out]. A BFloat16 weight makes the products run in BFloat16 with Float32
    /// sums, as in `linear`; frozen images may then come in BFloat16 and be asked for in it, rounded once at the end.
    package func convolved(
        _ weight: Tensor, _ bias: Tensor? = nil, stride: Int = 1, padding: Padding = .zero,
        then activation: Activation = .identity, output: ElementType = .float32
    ) -> Tensor {
        precondition(
            shape.count == 4 && weight.shape.count == 4 && shape[3] == weight.shape[1],
            "weights \(weight.shape) do not fit images \(shape)")
        let isTrained = wantsGradient || weight.wantsGradient || (bias?.wantsGradient ?? false)
        if let device = weight.device {
            precondition(!isTrained, "convolutions have no gradients on devices")
            let out = device.convolved(
                detached.moved(to: device), weight, bias, stride: stride, padding: padding,
                output: activation == .identity ? output : .float32)
            return out.activated(activation).converted(to: output)
        }
        if isTrained && activation != .identity {
            return convolved(weight, bias, stride: stride, padding: padding).activated(activation)
        }
        if activation == .sigmoid {
            // Behind a convolution oneDNN's makes a number of what is none, on processors with SSE alone.
            return convolved(weight, bias, stride: stride, padding: padding).activated(activation).converted(to: output)
        }
        precondition(!isTrained || output == .float32, "training is in Float32")
        let size = padding.windows(shape[1], shape[2], (weight.shape[2], weight.shape[3]), stride)
        // oneDNN writes BFloat16 only behind products of BFloat16.
        let out = Tensor(
            uninitialised: [shape[0], size.height, size.width, weight.shape[0]],
            elementType: weight.productType == .bfloat16 ? output : .float32)
        let x = operand(of: weight)
        if !isTrained {
            x.convolve(weight, bias, stride, padding, activation, into: out)
            return out.converted(to: output)
        }
        let source = syn_view(channelsLast: shape, x.elementType)
        let target = syn_view(channelsLast: out.shape, .float32)
        let kernel = syn_view(weight.shape, weight.productType)
        let window = syn_window(stride, padding)
        let forward = withUnsafePointers(source, kernel, target) { s, k, t in
            withUnsafePointer(to: window) {
                Primitive(syn_convolution_forward(s, k, t, $0, bias != nil, activation.kind, false))
            }
        }
        let packed = forward.packed(weight)
        forward.run(x.storage.address, packed.address, bias?.storage.address, into: out.storage.address)

        let wants = (x: wantsGradient, weight: weight.wantsGradient, bias: bias?.wantsGradient ?? false)
        let keptX = wants.weight ? x : nil
        let inShape = shape
        return out.remembering(
            [self, weight] + (bias.map { [$0] } ?? []),
            backward: { g in
                var parts: [Tensor?] = [nil, nil, nil]
                if wants.x {
                    let slope = Tensor(uninitialised: inShape)
                    let g = g.operand(of: weight)
                    let backward = withUnsafePointers(
                        syn_view(channelsLast: inShape, .float32), kernel,
                        syn_view(channelsLast: g.shape, g.elementType)
                    ) { s, k, t in
                        withUnsafePointer(to: window) { Primitive(syn_convolution_backward_data(s, k, t, $0)) }
                    }
                    let packed = backward.packed(weight)
                    backward.run(g.storage.address, packed.address, into: slope.storage.address)
                    parts[0] = slope
                }
                if let keptX {
                    let slope = Tensor(uninitialised: weight.shape)
                    let backward = withUnsafePointers(source, kernel, target) { s, k, t in
                        withUnsafePointer(to: window) {
                            Primitive(syn_convolution_backward_weights(s, k, t, $0, false))
                        }
                    }
                    let room = backward.emptyPacking()
                    backward.run(keptX.storage.address, g.storage.address, into: room.address)
                    backward.unpack(room, into: slope)
                    parts[1] = slope
                }
                if wants.bias { parts[2] = g.columnSums(weight.shape[0]) }
                return parts
            })
    }

    /// x += this convolved without a stride, frozen or not; on a device in one step.
    package func convolved(
        _ weight: Tensor, _ bias: Tensor? = nil, padding: Padding, addedTo x: inout Tensor
    ) {
        guard let device = weight.device, !wantsGradient, !x.wantsGradient else {
            x += convolved(weight, bias, padding: padding)
            return
        }
        x = device.convolved(
            detached.moved(to: device), weight, bias, stride: 1, padding: padding,
            addingTo: x.detached.moved(to: device), output: .float32)
    }

    /// A frozen convolution of this, already in the type of the product.
    ///
    /// In Float32, 3×3 kernels are applied by Winograd's short products (Lavin and Gray 2016) wherever that is quicker:
    /// up to three times, with errors of the same size. They are oneDNN's where it has them (AVX-512), and our own
    /// elsewhere, where all other kernels go through our own product, too: with AVX2 oneDNN's are slower. For oneDNN's
    /// short products, images go one by one: the transforms of one take more than four times its room, and it chooses
    /// the size of their tiles by the batch, which must not change a picture.
    private func convolve(
        _ weight: Tensor, _ bias: Tensor?, _ stride: Int, _ padding: Padding, _ activation: Activation, into out: Tensor
    ) {
        let (outs, ins, pixels) = (weight.shape[0], weight.shape[1], out.shape[1] * out.shape[2])
        let isShort =
            weight.productType == .float32 && stride == 1 && Array(weight.shape[2...]) == [3, 3]
            && ins % 16 == 0 && outs % 16 == 0 && min(ins, outs) >= 32
            && pixels * 256 >= ins * outs   // else reading transformed weights takes longer
        if weight.productType == .float32, !syn_has_winograd() {
            if isShort, activation == .identity || activation == .relu, let own = WinogradConvolution(weight) {
                return own.run(self, bias, padding, relu: activation == .relu, into: out)
            }
            if activation.ofKernels != nil, let own = ImplicitGEMM(weight) {
                return own.run(self, bias, stride: stride, padding, activation, into: out)
            }
        }
        let isOneDNNs = isShort && syn_has_winograd()
        let together = isOneDNNs ? 1 : max(1, shape[0])
        let kernel = syn_view(weight.shape, weight.productType)
        let window = syn_window(stride, padding)
        let bytes = (x: count / max(shape[0], 1) * elementType.width, out: pixels * outs * out.elementType.width)
        for first in Swift.stride(from: 0, to: shape[0], by: together) {
            let images = [min(together, shape[0] - first)]
            let source = syn_view(channelsLast: images + shape[1...], elementType)
            let target = syn_view(channelsLast: images + out.shape[1...], out.elementType)
            let forward = withUnsafePointers(source, kernel, target) { s, k, t in
                withUnsafePointer(to: window) {
                    Primitive(syn_convolution_forward(s, k, t, $0, bias != nil, activation.kind, isOneDNNs))
                }
            }
            let packed = forward.packed(weight)
            forward.run(
                storage.address + first * bytes.x, packed.address, bias?.storage.address,
                into: out.storage.address + first * bytes.out)
        }
    }

    /// Every pixel `factor` × `factor` times, in the type of the images:
    /// [batch, height, width, channels] → [batch, height·factor, width·factor, channels].
    package func upsampledNearest(by factor: Int) -> Tensor {
        let (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
        if let device {
            precondition(!wantsGradient, "images are not differentiated on devices")
            return device.pixelsRepeated(self, by: factor)
        }
        let out = Tensor(
            uninitialised: [batch, height * factor, width * factor, channels], elementType: elementType)
        let (a, o, bytes) = (storage.address, out.storage.address, channels * elementType.width)   // of a pixel
        let wide = width * factor * channels
        parallel(batch * height, grain: max(1, elementGrain / (wide * factor))) { rows in
            for row in rows {
                let first = o + row * factor * factor * width * bytes
                for x in 0..<width {
                    for copy in 0..<factor {
                        let pixel = a + (row * width + x) * bytes
                        (first + (x * factor + copy) * bytes).copyMemory(from: pixel, byteCount: bytes)
                    }
                }
                for copy in 1..<factor {
                    (first + copy * factor * width * bytes).copyMemory(from: first, byteCount: factor * width * bytes)
                }
            }
        }
        let full = shape
        return out.remembering(
            [self],
            backward: { g in
                let back = Tensor.zeros(full)
                let (g, b) = (g.constFloats, back.mutableFloats)
                parallel(batch * height, grain: max(1, elementGrain / (wide * factor))) { rows in
                    for row in rows {
                        for line in 0..<factor {
                            let from = g + (row * factor + line) * wide
                            for x in 0..<width * factor {
                                let to = b + (row * width + x / factor) * channels
                                mapLanes(0..<channels, to, from + x * channels, to) { $0 + $1 }
                            }
                        }
                    }
                }
                return [back]
            })
    }
}

extension syn_view {
    /// Memory [batch, height, width, channels] seen with oneDNN's axis order batch, channels, height, width.
    init(channelsLast shape: [Int], _ type: ElementType) {
        let (height, width, channels) = (shape[1], shape[2], shape[3])
        self.init(
            [shape[0], channels, height, width],
            strides: [height * width * channels, 1, width * channels, channels], type)
    }
}

extension syn_window {
    init(_ stride: Int, _ padding: Padding) {
        self.init(
            stride_h: Int64(stride), stride_w: Int64(stride), top: Int64(padding.top), left: Int64(padding.left),
            bottom: Int64(padding.bottom), right: Int64(padding.right))
    }
}
