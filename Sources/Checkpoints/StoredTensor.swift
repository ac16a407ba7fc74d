import SynTensors

/// One tensor as it stands in a file: where, in which format, in which order. Its numbers are read when asked for.
struct StoredTensor: Sendable {
    let name: String
    let format: StoredFormat
    let shape: [Int]
    /// How many elements lie between neighbours along each axis; nil where they stand in row-major order.
    private let strides: [Int]?
    /// From the first element to the end of the last.
    private let bytes: Range<Int>
    private let isBigEndian: Bool
    private let file: MappedFile

    /// A tensor whose elements fill `bytes` of the file one after another.
    init(_ entry: SafetensorsHeader.Entry, in file: MappedFile) {
        (name, format, shape) = (entry.name, entry.format, entry.shape)
        (strides, bytes, isBigEndian) = (nil, entry.bytes, false)
        self.file = file
    }

    /// A view of a storage: element [i, j, ...] is number offset + i·strides[0] + j·strides[1] + ... of it.
    ///
    /// Throws when any element would lie outside.
    init(
        _ name: String, _ view: TorchTensor, storage: Range<Int>, isBigEndian: Bool, in file: MappedFile
    ) throws {
        func fault(_ what: String) -> CheckpointError {
            CheckpointError("\(file.url.path): tensor \(name) \(what); the file is damaged, fetch it again.")
        }
        let width = view.format.width
        guard view.shape.count == view.strides.count, view.offset >= 0,
            view.shape.allSatisfy({ $0 >= 0 }), view.strides.allSatisfy({ $0 >= 0 })
        else { throw fault("has the impossible shape \(view.shape) with strides \(view.strides) at \(view.offset)") }
        var total = width   // in bytes, if the elements stood one after another
        var last = view.offset   // the place of the last element
        var rowMajor = 1
        var isRowMajor = true
        for (size, stride) in zip(view.shape, view.strides).reversed() where size != 1 {
            isRowMajor = isRowMajor && stride == rowMajor
            rowMajor = rowMajor.multipliedReportingOverflow(by: size).partialValue
        }
        for (size, stride) in zip(view.shape, view.strides) {
            let (product, tooMany) = total.multipliedReportingOverflow(by: size)
            let (reach, tooFar) = stride.multipliedReportingOverflow(by: max(size, 1) - 1)
            let (place, beyond) = last.addingReportingOverflow(reach)
            guard !tooMany, !tooFar, !beyond else { throw fault("has the impossibly large shape \(view.shape)") }
            (total, last) = (product, place)
        }
        guard total == 0 || last < storage.count / width else {
            throw fault("reaches element \(last) of a storage of \(storage.count / width)")
        }
        self.name = name
        (format, shape, self.isBigEndian, self.file) = (view.format, view.shape, isBigEndian, file)
        strides = isRowMajor || total == 0 ? nil : view.strides
        let start = storage.lowerBound + (total == 0 ? 0 : view.offset * width)
        bytes = start..<(total == 0 ? start : isRowMajor ? start + total : storage.lowerBound + (last + 1) * width)
    }

    var count: Int { shape.reduce(1, *) }

    /// Whether another name stands for the same numbers of the same file.
    func isSame(as other: StoredTensor) -> Bool {
        file === other.file && bytes == other.bytes && shape == other.shape && strides == other.strides
    }

    /// Float32 or, if `precision` says so, BFloat16 for floating-point numbers; Int32 for whole ones.
    ///
    /// Float32 and Int32 elements are used where they stand whenever they are aligned and in order; everything else
    /// is converted.
    func tensor(precision: Precision) throws -> Tensor {
        let tensor = try read(precision)
        // What was copied needs its pages no longer.
        if !tensor.isBorrowed { file.letGo(bytes) }
        return tensor
    }

    private func read(_ precision: Precision) throws -> Tensor {
        guard strides == nil || count <= file.byteCount / format.width else {
            throw CheckpointError(
                "\(file.url.path): tensor \(name) of shape \(shape) repeats few numbers so often that it would be "
                    + "larger than the file; store a contiguous copy.")
        }
        let isAligned = (Int(bitPattern: file.bytes.baseAddress) + bytes.lowerBound) % 4 == 0 && !bytes.isEmpty
        let isUsable = isAligned && strides == nil && !isBigEndian
        switch format {
        case .float32:
            return isUsable
                ? narrowed(inPlace(.float32), precision) : floats(UInt32.self, precision) { Float(bitPattern: $0) }
        case .bfloat16:
            return isUsable && precision == .bfloat16
                ? inPlace(.bfloat16) : floats(UInt16.self, precision, widened(bfloat16:))
        case .float16: return floats(UInt16.self, precision, widened(half:))
        case .float64: return floats(UInt64.self, precision) { Float(Double(bitPattern: $0)) }
        case .int32: return isUsable ? inPlace(.int32) : try integers(Int32.self)
        case .int64: return try integers(Int64.self)
        case .int16: return try integers(Int16.self)
        case .int8: return try integers(Int8.self)
        case .uint64: return try integers(UInt64.self)
        case .uint32: return try integers(UInt32.self)
        case .uint16: return try integers(UInt16.self)
        case .uint8, .bool: return try integers(UInt8.self)
        case .float8E4M3, .float8E5M2, .float8E8M0, .float8E4M3FNUZ, .float8E5M2FNUZ, .float6E2M3, .float6E3M2, .float4,
            .complex64, .complex128:
            throw CheckpointError(
                "\(file.url.path): tensor \(name) has elements of type \(format.rawValue), which is not read; "
                    + "store it as F32.")
        }
    }

    /// All elements in double precision, in row-major order.
    func doubles() throws -> [Double] {
        guard format == .float64 else {
            let tensor = try tensor(precision: .float32)
            return tensor.elementType == .int32 ? tensor.integers.map(Double.init) : tensor.floats.map(Double.init)
        }
        var values = [Double](repeating: 0, count: count)
        eachElement(UInt64.self) { values[$0] = Double(bitPattern: $1) }
        return values
    }

    private func inPlace(_ type: ElementType) -> Tensor {
        Tensor(
            borrowing: UnsafeRawBufferPointer(rebasing: file.bytes[bytes]), shape: shape, elementType: type, owner: file
        )
    }

    private func narrowed(_ tensor: Tensor, _ precision: Precision) -> Tensor {
        precision == .bfloat16 ? tensor.converted(to: .bfloat16) : tensor
    }

    private func floats<Bits: FixedWidthInteger & BitwiseCopyable>(
        _: Bits.Type, _ precision: Precision, _ convert: (Bits) -> Float
    ) -> Tensor {
        narrowed(
            Tensor(shape: shape) { values in
                eachElement(Bits.self) { i, bits in values[i] = convert(bits) }
            }, precision)
    }

    private func integers<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) throws -> Tensor {
        var values = [Int32](repeating: 0, count: count)
        try eachElement(Number.self) { i, number in
            guard let small = Int32(exactly: number) else {
                throw CheckpointError("\(file.url.path): tensor \(name) holds \(number), which does not fit 32 bits.")
            }
            values[i] = small
        }
        return Tensor(values, shape: shape)
    }

    /// Calls `body` with each element's number in row-major order and its bits.
    private func eachElement<Bits: FixedWidthInteger & BitwiseCopyable>(
        _: Bits.Type, _ body: (_ i: Int, _ bits: Bits) throws -> Void
    ) rethrows {
        let source = UnsafeRawBufferPointer(rebasing: file.bytes[bytes])
        let width = MemoryLayout<Bits>.size
        func bits(at place: Int) -> Bits {
            let bits = source.loadUnaligned(fromByteOffset: place * width, as: Bits.self)
            return isBigEndian ? bits.byteSwapped : bits
        }
        let total = count
        guard total > 0 else { return }
        guard let strides else {
            for i in 0..<total { try body(i, bits(at: i)) }
            return
        }
        let inner = shape[shape.count - 1]
        let step = strides[shape.count - 1]
        var index = [Int](repeating: 0, count: shape.count)   // of the row's first element; the last axis stays 0
        var row = 0   // its place
        for start in Swift.stride(from: 0, to: total, by: inner) {
            for i in 0..<inner { try body(start + i, bits(at: row + i * step)) }
            for axis in (0..<shape.count - 1).reversed() {
                index[axis] += 1
                row += strides[axis]
                if index[axis] < shape[axis] { break }
                row -= strides[axis] * shape[axis]
                index[axis] = 0
            }
        }
    }
}
