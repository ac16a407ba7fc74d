import SynCUDA
import SynTensors
import Testing

/// A product with numbers of its own, which a device's answer is compared with.
struct ProductCase: Sendable, CustomTestStringConvertible {
    var product: DeviceProduct
    var hasBias: Bool {
        get { product.hasBias }
        set { product.hasBias = newValue }
    }
    var hasAddend: Bool {
        get { product.hasAddend }
        set { product.hasAddend = newValue }
    }
    /// Whether the result is written over the addend.
    var isInPlace = false

    init(_ rows: Int, _ outs: Int, _ inner: Int, _ type: ElementType, _ outType: ElementType) {
        product = DeviceProduct(rows: rows, outs: outs, inner: inner, type: type, outType: outType)
    }

    /// All orientations and types, with a bias, an addend, both and none of them.
    static let all: [ProductCase] = [(7, 5, 3), (1, 8, 16), (16, 24, 8)].flatMap { rows, outs, inner in
        (0..<16).flatMap { number in
            [(ElementType.float32, ElementType.float32), (.bfloat16, .bfloat16), (.bfloat16, .float32)].map {
                var trial = ProductCase(rows, outs, inner, $0.0, $0.1)
                trial.product.leftIsTurned = number & 1 != 0
                trial.product.rightIsTurned = number & 2 != 0
                (trial.hasBias, trial.hasAddend) = (number & 4 != 0, number & 8 != 0)
                trial.product.count = number % 5 == 3 ? 3 : 1
                return trial
            }
        }
    }

    var testDescription: String {
        "\(product.count) of \(product.words) as \(product.outType)\(product.leftIsTurned ? ", left turned" : "")"
            + "\(product.rightIsTurned ? ", right turned" : "")\(hasBias ? ", bias" : "")\(hasAddend ? ", addend" : "")"
    }

    /// Relative to the largest number: roundings of the result's type and of Float32 sums in whatever order.
    var tolerance: Float { product.outType == .bfloat16 ? 8e-3 : 2e-6 * Float(product.inner).squareRoot() + 1e-6 }

    /// The largest difference to a sum in Double, over the largest number.
    func error(on device: CUDADevice) -> Float {
        let (rows, outs, inner) = (product.rows, product.outs, product.inner)
        let count = product.count
        let left = numbers(count * rows * inner, 1, product.type)
        let right = numbers(count * inner * outs, 2, product.type)
        let bias = hasBias ? numbers(outs, 3, .float32) : nil
        let addend = hasAddend ? numbers(count * rows * outs, 4, product.outType) : nil
        let blocks = [
            device.upload(left, as: product.type), device.upload(right, as: product.type),
            bias.map { device.upload($0, as: .float32) }, addend.map { device.upload($0, as: product.outType) },
        ]
        guard let a = blocks[0], let b = blocks[1] else { return .infinity }
        let own = device.take(count * rows * outs * product.outType.width)
        let out = isInPlace ? blocks[3] ?? own : own
        device.multiply(
            product, left: a.address, right: b.address, bias: blocks[2]?.address, addend: blocks[3]?.address,
            into: out.address)
        let found = device.numbers(out, count * rows * outs, as: product.outType)
        for block in blocks + [own] { if let block { device.giveBack(block) } }
        var (difference, largest): (Float, Float) = (0, 1e-6)
        for place in 0..<count * rows * outs {
            let (index, row, column) = (place / outs / rows, place / outs % rows, place % outs)
            let (a, b) = (index * rows * inner, index * inner * outs)
            var sum = Double(bias?[column] ?? 0) + Double(addend?[place] ?? 0)
            for k in 0..<inner {
                sum +=
                    Double(left[a + (product.leftIsTurned ? k * rows + row : row * inner + k)])
                    * Double(right[b + (product.rightIsTurned ? column * inner + k : k * outs + column)])
            }
            let error = abs(found[place] - Float(sum))
            difference = max(difference, error.isNaN ? .infinity : error)
            largest = max(largest, abs(Float(sum)))
        }
        return difference / largest
    }

    /// Numbers between −1 and 1 that the type has.
    private func numbers(_ count: Int, _ seed: UInt64, _ type: ElementType) -> [Float] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Float(Int32(truncatingIfNeeded: state >> 33)) / Float(1 << 30) - 1
            return type == .bfloat16 ? Float(bitPattern: BFloat16Bits(number).bits << 16) : number
        }
    }
}

/// A number rounded to BFloat16, to even.
struct BFloat16Bits {
    let bits: UInt32

    init(_ number: Float) { bits = (number.bitPattern + 0x7fff + (number.bitPattern >> 16 & 1)) >> 16 }
}

extension CUDADevice {
    func upload(_ numbers: [Float], as type: ElementType) -> DeviceBlock {
        guard type == .bfloat16 else { return upload(numbers) }
        let halves = numbers.map { UInt16(truncatingIfNeeded: BFloat16Bits($0).bits) }
        let block = take(2 * halves.count)
        halves.withUnsafeBytes { upload($0, to: block.address) }
        return block
    }

    func numbers(_ block: DeviceBlock, _ count: Int, as type: ElementType) -> [Float] {
        guard type == .bfloat16 else { return numbers(block, count) }
        var halves = [UInt16](repeating: 0xffff, count: count)
        halves.withUnsafeMutableBytes { download(block.address, into: $0) }
        return halves.map { Float(bitPattern: UInt32($0) << 16) }
    }
}
