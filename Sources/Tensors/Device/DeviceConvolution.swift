/// A two-dimensional convolution (cross-correlation) of frozen images on a device, with Float32 sums:
/// out [batch, outHeight, outWidth, outChannels] = addend + images [batch, height, width, inChannels] * filters + bias.
///
/// 1×1 filters are a product. Others are our own kernels': one copies patches of images and finds all windows in them,
/// one gathers windows while it multiplies; where pixels are no whole pieces of sixteen bytes, as those of pictures,
/// windows are laid out and multiplied, some at a time.
package struct DeviceConvolution {
    let device: any Device
    /// Height and width are of the images that windows move over: twice those that are given where they are doubled.
    let batch, height, width, inChannels, outChannels: Int
    let kernelHeight, kernelWidth, stride: Int
    /// Zeros around each image, which need not be as many on all sides.
    let padding: Padding
    /// Whether each pixel stands twice in both directions.
    let isDoubled: Bool
    /// Of images and filters: Float32 (multiplied as such, not in TF32) or BFloat16.
    let type: ElementType

    /// - Parameters:
    ///   - images: [batch, height, width, in].
    ///   - weight: [out, in, kernelHeight, kernelWidth].
    init(_ device: any Device, images: Tensor, weight: Tensor, stride: Int, padding: Padding, doubled: Bool) {
        let factor = doubled ? 2 : 1
        (batch, inChannels) = (images.shape[0], images.shape[3])
        (height, width) = (factor * images.shape[1], factor * images.shape[2])
        (outChannels, kernelHeight, kernelWidth) = (weight.shape[0], weight.shape[2], weight.shape[3])
        (self.device, self.stride, self.padding, isDoubled) = (device, stride, padding, doubled)
        type = weight.elementType
    }

    private var windows: (height: Int, width: Int) {
        padding.windows(height, width, (kernelHeight, kernelWidth), stride)
    }
    var outShape: [Int] { [batch, windows.height, windows.width, outChannels] }
    private var rows: Int { batch * windows.height * windows.width }

    /// Numbers that one of the result is a sum over, with the zeros that products of BFloat16 need behind them.
    private var step: Int {
        let inner = kernelHeight * kernelWidth * inChannels
        return type == .bfloat16 ? (inner + 7) / 8 * 8 : inner
    }

    private var isProduct: Bool {
        kernelHeight * kernelWidth * stride == 1 && padding == .zero && !isDoubled && step == inChannels
    }
    /// Whether pixels are whole pieces.
    private var isGathered: Bool { inChannels * type.width % 16 == 0 }
    private var isFew: Bool { outChannels <= 16 }
    /// Whether groups of warps multiply. How many images there are does not matter: filters are laid out for it once.
    private var isOfGroups: Bool {
        !isProduct && !isFew && type == .bfloat16 && device.multipliesByWarpGroups && inChannels % 64 == 0
            && kernelHeight * kernelWidth <= 32
    }

    /// Whether windows are found in patches of images: those of the most convolutions that groups of warps multiply.
    private var isOfPatches: Bool {
        isOfGroups && stride == 1 && max(kernelHeight, kernelWidth) <= 3 && outChannels % 128 == 0
            && (!isDoubled || kernelHeight == 3 && kernelWidth == 3 && padding == Padding(1))
    }

    /// - Parameters:
    ///   - images: in the type of the weight.
    ///   - addend: Float32, for a Float32 result.
    ///   - out: Float32, or BFloat16 where the weight is.
    func run(_ images: Tensor, _ weight: Tensor, _ bias: Tensor?, addend: Tensor?, into out: Tensor) {
        precondition(rows < 1 << 30, "a convolution on a device has fewer than 2³⁰ places, not \(rows)")
        let filters =
            isOfPatches && isDoubled ? doubled(weight) : isOfGroups ? tiled(weight) : turned(weight)
        if isOfPatches {
            multiplyPatches(images, filters, bias, addend, into: out)
        } else if isProduct {
            multiply(images, rows, filters, bias, addend, into: out, at: 0)
        } else if isGathered {
            gather(images, filters, bias, addend, into: out)
        } else {
            layOut(images, filters, bias, addend, into: out)
        }
        withExtendedLifetime((images, filters, bias, addend, out)) {}
    }

    private func multiply(
        _ left: Tensor, _ count: Int, _ filters: Tensor, _ bias: Tensor?, _ addend: Tensor?, into out: Tensor,
        at first: Int
    ) {
        var product = DeviceProduct(
            rows: count, outs: outChannels, inner: step, type: type, outType: out.elementType)
        (product.rightIsTurned, product.hasBias, product.hasAddend) = (true, bias != nil, addend != nil)
        let offset = UInt64(first * outChannels * out.elementType.width)
        device.multiply(
            product, left: left.deviceAddress, right: filters.deviceAddress, bias: bias?.deviceAddress,
            addend: addend.map { $0.deviceAddress + offset }, into: out.deviceAddress + offset)
    }

    private func gather(_ images: Tensor, _ filters: Tensor, _ bias: Tensor?, _ addend: Tensor?, into out: Tensor) {
        let outs = isFew ? 16 : 128   // of one block
        let across = (outChannels + outs - 1) / outs
        let tile = 128   // rows of one block
        let kind = isFew ? "few_" : isOfGroups ? "wgmma_" : ""
        // Tiles that are full and lie in one image tell its moments too, which a norm will ask for.
        let pixels = windows.height * windows.width
        if isOfGroups, pixels % tile == 0, outChannels % outs == 0 {
            out.storage.moments = DeviceMoments(
                samples: batch, parts: pixels / tile, channels: outChannels, partPixels: tile, on: device)
        }
        let moments: [KernelArgument] =
            isOfGroups ? [out.storage.moments.map { .tensor($0.table) } ?? .address(nil)] : []
        device.launch(
            DeviceKernel(
                "convolve_\(kind)\(type.kernelEnding)_\(out.elementType.kernelEnding)",
                in: isOfGroups ? "convolution_wgmma" : "convolution"),
            LaunchSize(
                blocks: (rows + tile - 1) / tile * across, threads: 256,
                sharedBytes: 3 * (tile + outs) * 128 + (isOfGroups ? 64 : 0)),
            [
                .tensor(images), .tensor(filters), .address(bias?.deviceAddress), .address(addend?.deviceAddress),
                .tensor(out),
            ] + moments + [
                .int(rows), .int(height), .int(width), .int(inChannels), .int(kernelHeight), .int(kernelWidth),
                .int(stride), .int(padding.top), .int(padding.left), .int(windows.height), .int(windows.width),
                .int(isDoubled ? 1 : 0), .int(outChannels),
            ])
    }

    /// Tiles are 16 lines of 8 places; of doubled images, the places in each corner of the four that a pixel makes are
    /// tiles by themselves, with filters of their own: sums of cells that see the same pixel, four products for nine.
    private func multiplyPatches(
        _ images: Tensor, _ filters: Tensor, _ bias: Tensor?, _ addend: Tensor?, into out: Tensor
    ) {
        let corners = isDoubled ? 4 : 1
        let (lines, columns) =
            isDoubled ? (images.shape[1], images.shape[2]) : (windows.height, windows.width)
        let patches = corners * ((lines + 15) / 16) * ((columns + 7) / 8)   // of an image
        if lines % 16 == 0, columns % 8 == 0 {
            out.storage.moments = DeviceMoments(
                samples: batch, parts: patches, channels: outChannels, partPixels: 128, on: device)
        }
        device.launch(
            DeviceKernel("convolve_patches_bf16_\(out.elementType.kernelEnding)", in: "convolution_patches_wgmma"),
            LaunchSize(
                blocks: min(batch * patches * (outChannels / 128), device.multiprocessors), threads: 384,
                sharedBytes: Self.patchesSharedBytes),
            [
                .tensor(images), .tensor(filters), .address(bias?.deviceAddress), .address(addend?.deviceAddress),
                .tensor(out), out.storage.moments.map { .tensor($0.table) } ?? .address(nil),
                .int(batch), .int(images.shape[1]), .int(images.shape[2]), .int(inChannels),
                .int(isDoubled ? 2 : kernelHeight), .int(isDoubled ? 2 : kernelWidth), .int(padding.top),
                .int(padding.left), .int(lines), .int(columns), .int(isDoubled ? 1 : 0), .int(outChannels),
            ])
    }

    /// Of `convolve_patches_…`.
    package static let patchesSharedBytes = 6 * 16384 + 4 * 23552 + 2 * 4096 + 176

    /// Windows laid out for parts of whole tiles, which take half a gibibyte at most.
    private func layOut(_ images: Tensor, _ filters: Tensor, _ bias: Tensor?, _ addend: Tensor?, into out: Tensor) {
        let together = min(rows, max(64, (1 << 29) / type.width / step / 64 * 64))
        let room = Tensor(uninitialised: [together, step], elementType: type, on: device)
        for first in Swift.stride(from: 0, to: rows, by: together) {
            let count = min(together, rows - first)
            device.launch(
                "im2col_" + type.kernelEnding, in: "images", over: count * step,
                [
                    .tensor(images), .tensor(room), .int(first), .int(count), .int(height), .int(width),
                    .int(inChannels), .int(kernelHeight), .int(kernelWidth), .int(stride), .int(padding.top),
                    .int(padding.left), .int(windows.height), .int(windows.width), .int(isDoubled ? 1 : 0),
                    .int(step),
                ])
            multiply(room, count, filters, bias, addend, into: out, at: first)
        }
        withExtendedLifetime(room) {}
    }

    /// Filters as kernels by groups of warps take them: tiles of 128 outs and 64 channels, kept with the weight.
    private func tiled(_ weight: Tensor) -> Tensor {
        let cells = kernelHeight * kernelWidth
        let made = weight.storage.turned {
            let out = Tensor(
                uninitialised: [(outChannels + 127) / 128, inChannels / 64, cells, 128, 64], elementType: .bfloat16,
                on: device)
            device.launch(
                "tile_filters_bf16", in: "convolution_wgmma", over: out.count,
                [.tensor(weight), .tensor(out), .int(outChannels), .int(inChannels), .int(cells)])
            return out
        }
        let outs = (outChannels + 127) / 128 * 128
        precondition(made.count == outs * inChannels * cells, "a weight is for doubled images or for others")
        return made
    }

    /// Filters of the four corners that a doubled image's pixels make, as tiles, kept with the weight.
    private func doubled(_ weight: Tensor) -> Tensor {
        let made = weight.storage.turned {
            let out = Tensor(
                uninitialised: [4, outChannels / 128, inChannels / 64, 4, 128, 64], elementType: .bfloat16, on: device)
            device.launch(
                "double_filters_bf16", in: "convolution_wgmma", over: out.count,
                [.tensor(weight), .tensor(out), .int(outChannels), .int(inChannels)])
            return out
        }
        precondition(made.count == 16 * outChannels * inChannels, "a weight is for doubled images or for others")
        return made
    }

    /// Filters [out, in, kernelHeight, kernelWidth] as [out, kernelHeight · kernelWidth · in], kept with them.
    private func turned(_ weight: Tensor) -> Tensor {
        let cells = kernelHeight * kernelWidth
        if cells == 1 && step == inChannels { return weight }
        return weight.storage.turned {
            let out = Tensor(uninitialised: [outChannels, step], elementType: type, on: device)
            device.launch(
                "turn_filters_" + type.kernelEnding, in: "images", over: out.count,
                [.tensor(weight), .tensor(out), .int(outChannels), .int(inChannels), .int(cells), .int(step)])
            return out
        }
    }
}
