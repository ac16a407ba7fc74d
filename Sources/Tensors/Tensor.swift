/// What one element of a tensor is.
package enum ElementType: Sendable, Equatable {
    case float32
    case bfloat16
    case int32
    /// Weights rounded to whole numbers; see `roundedToInt8`.
    case int8

    /// Bytes of one element.
    package var width: Int {
        switch self {
        case .float32, .int32: 4
        case .bfloat16: 2
        case .int8: 1
        }
    }
}

/// A contiguous row-major array with a shape.
///
/// Values are never changed once computed, with two exceptions that say so: an optimiser moves the
/// parameters it was given, and batch norm moves its running statistics. Shapes follow these axis words
/// everywhere: batch, time, hidden, heads, headSize, height, width, channels. Images are
/// `[batch, height, width, channels]`; convolution weights stay as checkpoints have them,
/// `[out, in, height, width]`.
///
/// Wrong shapes given to an operation are our own mistakes and stop the program with a sentence; data from
/// outside is checked where it is read.
package struct Tensor: Sendable {
    package let shape: [Int]
    package let elementType: ElementType
    private(set) var storage: Storage
    /// Where this value came from, kept only while somebody upstream wants a gradient.
    let node: GradientNode?

    init(storage: Storage, shape: [Int], elementType: ElementType = .float32, node: GradientNode? = nil) {
        precondition(
            shape.reduce(1, *) * elementType.width <= storage.byteCount,
            "a tensor of shape \(shape) does not fit its storage of \(storage.byteCount) bytes")
        self.shape = shape
        self.elementType = elementType
        self.storage = storage
        self.node = node
    }

    /// How many elements the tensor has.
    package var count: Int { shape.reduce(1, *) }

    /// The size of one axis; negative axes count from the end.
    package func size(_ axis: Int) -> Int { shape[axis < 0 ? shape.count + axis : axis] }
}

// MARK: - Making

extension Tensor {
    package init(_ values: [Float], shape: [Int]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values do not make a shape of \(shape)")
        self.init(uninitialised: shape)
        values.withUnsafeBytes { storage.bytes.copyMemory(from: $0) }
    }

    package init(_ values: [Int32], shape: [Int]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values do not make a shape of \(shape)")
        self.init(uninitialised: shape, elementType: .int32)
        values.withUnsafeBytes { storage.bytes.copyMemory(from: $0) }
    }

    /// A number as a tensor without axes.
    package init(_ value: Float) { self.init([value], shape: []) }

    /// Float32 or Int32 elements that stand in memory owned by somebody else (a mapped file), used in place.
    ///
    /// `owner` is kept alive as long as the tensor. The memory must be aligned to four bytes and is never written.
    package init(
        borrowing bytes: UnsafeRawBufferPointer, shape: [Int], elementType: ElementType, owner: AnyObject & Sendable
    ) {
        self.init(storage: Storage(borrowing: bytes, owner: owner), shape: shape, elementType: elementType)
    }

    /// A Float32 tensor that the closure fills; every element must be written.
    package init(shape: [Int], filling body: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
        self.init(uninitialised: shape)
        try body(UnsafeMutableBufferPointer(start: mutableFloats, count: count))
    }

    package static func full(_ shape: [Int], _ value: Float) -> Tensor {
        Tensor(shape: shape) { $0.update(repeating: value) }
    }

    package static func zeros(_ shape: [Int]) -> Tensor { full(shape, 0) }

    init(uninitialised shape: [Int], elementType: ElementType = .float32, on device: (any Device)? = nil) {
        let bytes = max(shape.reduce(1, *), 1) * elementType.width
        self.init(
            storage: device.map { Storage(byteCount: bytes, on: $0) } ?? Storage(byteCount: bytes), shape: shape,
            elementType: elementType)
    }

    /// The same value without a past: nothing computed from it asks for gradients through it.
    package var detached: Tensor { Tensor(storage: storage, shape: shape, elementType: elementType) }

    /// The same value as a leaf whose gradient is wanted: a parameter.
    package func asParameter() -> Tensor {
        precondition(elementType == .float32, "only Float32 tensors can be parameters")
        return Tensor(storage: storage, shape: shape, node: GradientNode(leafOf: count))
    }

    /// Whether anything computed from this tensor remembers how, for a gradient.
    package var wantsGradient: Bool { node != nil }
}

// MARK: - Reading

extension Tensor {
    /// All elements as Float, in row-major order. BFloat16 is widened.
    package var floats: [Float] {
        if device != nil { return onCPU.floats }
        return switch elementType {
        case .float32: Array(UnsafeBufferPointer(start: constFloats, count: count))
        case .bfloat16: converted(to: .float32).floats
        case .int32: integers.map(Float.init)
        case .int8: preconditionFailure("whole-number weights are widened with their scales")
        }
    }

    /// All elements of an Int32 tensor, in row-major order.
    package var integers: [Int32] {
        if device != nil { return onCPU.integers }
        precondition(elementType == .int32, "these are not integers")
        return Array(UnsafeBufferPointer(start: constIntegers, count: count))
    }

    /// The one element of a tensor that has one.
    package var item: Float {
        precondition(count == 1, "a tensor of shape \(shape) is not one number")
        return floats[0]
    }

    /// The elements in place, without a copy. Float32 only.
    package func withFloats<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
        precondition(elementType == .float32, "these are not Float32 elements")
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeBufferPointer(start: constFloats, count: count))
    }

    /// The elements' bytes in place, in the CPU's memory.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeRawBufferPointer(start: storage.address, count: count * elementType.width))
    }

    var constFloats: UnsafePointer<Float> { UnsafePointer(mutableFloats) }
    var mutableFloats: UnsafeMutablePointer<Float> {
        assert(elementType == .float32)
        return storage.address.assumingMemoryBound(to: Float.self)
    }
    var constShorts: UnsafePointer<UInt16> { UnsafePointer(mutableShorts) }
    var mutableShorts: UnsafeMutablePointer<UInt16> { storage.address.assumingMemoryBound(to: UInt16.self) }
    var constIntegers: UnsafePointer<Int32> { UnsafePointer(storage.address.assumingMemoryBound(to: Int32.self)) }

    /// Makes this value the only holder of its memory, by a copy where it is not: then it may be changed in place and
    /// nobody sees it.
    mutating func becomeOnlyHolder() {
        if isKnownUniquelyReferenced(&storage), !storage.isBorrowed { return storage.forgetPackings() }
        let own = Tensor(uninitialised: shape, elementType: elementType)
        own.storage.address.copyMemory(from: storage.address, byteCount: count * elementType.width)
        self = own
    }

    /// Whether the elements stand in memory of somebody else, such as a mapped file.
    package var isBorrowed: Bool { storage.isBorrowed }

    /// Overwrites the elements in place: for parameters under training and running statistics only.
    package func assign(_ other: Tensor) {
        precondition(other.shape == shape && other.elementType == elementType && !storage.isBorrowed)
        let other = other.onCPU
        other.withBytes { bytes in
            if let device { device.upload(bytes, to: deviceAddress) } else { storage.bytes.copyMemory(from: bytes) }
        }
        storage.forgetPackings()
    }
}
