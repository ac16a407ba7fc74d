/// Self-attention of devices: the matrix of scores is never written in BFloat16.
struct DeviceAttention {
    let device: any Device
    let batch, time, heads, headSize: Int
    let scale: Float
    let isCausal: Bool
    let type: ElementType

    /// - Parameter queryKeyValue: [batch, time, 3·hidden].
    init(_ device: any Device, _ queryKeyValue: Tensor, heads: Int, mask: AttentionMask, scale: Float?) {
        self.device = device
        (batch, time, self.heads) = (queryKeyValue.size(0), queryKeyValue.size(1), heads)
        headSize = queryKeyValue.size(2) / 3 / heads
        self.scale = scale ?? 1 / Float(headSize).squareRoot()
        switch mask {
        case .none: isCausal = false
        case .causal: isCausal = true
        default: preconditionFailure("samples of several lengths are not attended on devices")
        }
        type = queryKeyValue.elementType
        precondition(device.attends(headSize: headSize), "heads of \(headSize) numbers are not attended on devices")
    }

    private var shape: [Int] { [batch, time, heads * headSize] }

    /// - Parameter file: where the kernel for BFloat16 is; those for Float32 are together.
    private func launch(_ name: String, in file: String, _ size: LaunchSize, _ arguments: [KernelArgument]) {
        let file = type == .float32 ? "attention_f32" : file
        device.launch(DeviceKernel("\(name)_\(type.kernelEnding)", in: file, headSize: headSize), size, arguments)
    }

    private var numbers: [KernelArgument] {
        [.int(time), .int(heads), .float(scale), .int(Int32(isCausal ? 1 : 0))]
    }

    /// [batch, time, hidden], and where a gradient will be asked for, log Σ eˢᶜᵒʳᵉ of each query: [batch, heads, time].
    func attended(_ queryKeyValue: Tensor, forGradient: Bool) -> (out: Tensor, sums: Tensor?) {
        let out = Tensor(uninitialised: shape, elementType: type, on: device)
        let sums = forGradient ? Tensor(uninitialised: [batch, heads, time], on: device) : nil
        guard out.count > 0 else { return (out, sums) }
        launch(
            "attention", in: "attention", LaunchSize(blocks: (time + 95) / 96, heads, batch, threads: 192),
            [.tensor(queryKeyValue), .tensor(out), .address(sums?.deviceAddress)] + numbers)
        return (out, sums)
    }

    /// The gradient of queryKeyValue, given that of the result.
    func gradient(_ g: Tensor, _ queryKeyValue: Tensor, _ out: Tensor, _ sums: Tensor) -> Tensor {
        let g = g.converted(to: type)
        let delta = Tensor(uninitialised: [batch, heads, time], on: device)   // Σ out·g of each query
        let slope = Tensor(uninitialised: queryKeyValue.shape, elementType: type, on: device)
        launch(
            "attention_delta", in: "attention_gradient",
            LaunchSize(blocks: (batch * time * heads + 15) / 16, threads: 256),
            [.tensor(out), .tensor(g), .tensor(delta), .int(batch), .int(time), .int(heads)])
        launch(
            "attention_gradient", in: "attention_gradient",
            LaunchSize(blocks: 2 * ((time + 63) / 64), heads, batch, threads: 128),
            [.tensor(queryKeyValue), .tensor(g), .tensor(sums), .tensor(delta), .tensor(slope)] + numbers)
        return slope
    }
}

extension Device {
    /// Whether the kernels are made for heads of this size.
    package func attends(headSize: Int) -> Bool { headSize % 8 == 0 && (8...128).contains(headSize) }
}
