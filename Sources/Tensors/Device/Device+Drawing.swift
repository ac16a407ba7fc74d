/// A whole number in a device's memory that kernels read and move on, so that noted work can be repeated at another
/// place.
package final class DeviceCounter: Sendable {
    package let device: any Device
    private let number: Tensor   // Int32 [1]

    package init(_ value: Int, on device: any Device) {
        self.device = device
        number = Tensor([Int32(value)], shape: [1]).moved(to: device)
    }

    package func advance(by step: Int = 1) {
        device.launch(
            DeviceKernel("advance", in: "sampling"), LaunchSize(blocks: 1, threads: 1), [argument, .int(step)])
    }

    var argument: KernelArgument { .tensor(number) }
}

/// A transformer that writes token by token.
extension Device {
    /// Attention of the newest positions over themselves and everything before, causal; their keys and values are kept.
    ///
    /// - Parameters:
    ///   - queryKeyValue: [batch, time, 3·hidden].
    ///   - keys: [batch, heads, capacity, headSize] like the values, Float32 or BFloat16.
    /// - Returns: [batch, time, hidden] in the keys' type.
    func attention(
        _ queryKeyValue: Tensor, _ keys: Tensor, _ values: Tensor, after place: DeviceCounter
    ) -> Tensor {
        let (batch, time, type) = (queryKeyValue.size(0), queryKeyValue.size(1), keys.elementType)
        let (heads, capacity, headSize) = (keys.size(1), keys.size(2), keys.size(3))
        let qkv = queryKeyValue.detached.converted(to: type)
        let out = Tensor(uninitialised: [batch, time, heads * headSize], elementType: type, on: self)
        let sizes: [KernelArgument] = [.int(batch), .int(time), .int(heads), place.argument, .int(capacity)]
        func kernel(_ name: String) -> DeviceKernel {
            DeviceKernel("\(name)_\(type.kernelEnding)", in: "drawing", headSize: headSize)
        }
        launch(
            kernel("cache_append"),
            LaunchSize(blocks: min(4096, max(1, 2 * qkv.count * type.width / 16 / 256)), threads: 256),
            [.tensor(qkv), .tensor(keys), .tensor(values)] + sizes)
        launch(
            kernel("attention_step"),
            LaunchSize(blocks: heads, batch, time, threads: heads * batch * time >= 1024 ? 128 : 512),
            [.tensor(qkv), .tensor(keys), .tensor(values), .tensor(out)] + sizes
                + [.float(1 / Float(headSize).squareRoot())])
        return out
    }
}

/// How a device chooses tokens, as `TokenSampler` says it, but for top-p.
package struct DeviceSamplingRule: Sendable {
    package let topK: Int?
    package let temperature: Float
    package let isGreedy: Bool

    package init(topK: Int?, temperature: Float, isGreedy: Bool) {
        (self.topK, self.temperature, self.isGreedy) = (topK, temperature, isGreedy)
    }
}

/// Tokens that a device draws from its own logits, place by place, without the CPU looking at them.
package final class DeviceSampling: Sendable {
    /// The tokens drawn last, once for each copy of the rows: Int32 [copies·rows].
    package let newest: Tensor
    private let tokens: Tensor   // Int32 [rows, places]
    private let faults: Tensor   // Int32 [1]
    private let uniforms: Tensor   // Float64 [places, rows], held as pairs of Int32
    private let place: DeviceCounter
    private let rule: DeviceSamplingRule
    private let device: any Device
    private let rows, places, copies: Int

    /// - Parameters:
    ///   - copies: how often the rows stand in one batch: twice where logits are guided.
    ///   - uniforms: for each place and row a number in [0, 1); none for greedy choice.
    package init(
        rows: Int, places: Int, copies: Int, _ rule: DeviceSamplingRule, uniforms: [Double], on device: any Device
    ) {
        precondition(rule.isGreedy || uniforms.count == rows * places, "\(uniforms.count) numbers to draw with")
        (self.rows, self.places, self.copies, self.rule, self.device) = (rows, places, copies, rule, device)
        newest = Tensor(uninitialised: [copies * rows], elementType: .int32, on: device)
        tokens = Tensor(uninitialised: [rows, places], elementType: .int32, on: device)
        faults = Tensor([Int32(0)], shape: [1]).moved(to: device)
        let numbers = Tensor(uninitialised: [max(uniforms.count, 1), 2], elementType: .int32, on: device)
        uniforms.withUnsafeBytes { if $0.count > 0 { device.upload($0, to: numbers.deviceAddress) } }
        self.uniforms = numbers
        place = DeviceCounter(0, on: device)
    }

    /// Draws the next token of each row from logits [rows, classes].
    package func draw(from logits: Tensor) {
        let classes = logits.size(-1)
        device.launch(
            "sample_tokens", in: "sampling", rows: rows,
            [
                .tensor(logits), .tensor(uniforms), .tensor(newest), .tensor(tokens), .tensor(faults), .int(rows),
                .int(classes), .int(places), place.argument, .int(min(rule.topK ?? 0, classes)),
                .float(rule.temperature), .int(rule.isGreedy ? 1 : 0), .int(copies),
            ])
        place.advance()
    }

    /// All tokens, Int32 [rows, places]; nil where some logits were no numbers.
    package func result() throws -> Tensor? {
        let faults = faults.integers
        try device.check()
        return faults == [0] ? tokens.onCPU : nil
    }
}

extension Tensor {
    /// Vectors of the newest tokens at one place: this table [classes, width] and positions [.., width] on a device →
    /// [rows, 1, width].
    package func embedded(newest ids: Tensor, plus positions: Tensor, at place: DeviceCounter) -> Tensor {
        let (rows, width) = (ids.count, size(-1))
        let out = Tensor(uninitialised: [rows, 1, width], on: place.device)
        place.device.launch(
            "embed_step", in: "sampling", over: out.count, each: 1,
            [.tensor(self), .tensor(positions), .tensor(ids), .tensor(out), .int(rows), .int(width), place.argument])
        return out
    }

    /// without + weight · (this − without), of logits on a device or the CPU.
    package func guided(from without: Tensor, _ weight: Float) -> Tensor {
        device?.guided(with: self, without: without, weight) ?? without + (self - without) * weight
    }
}
