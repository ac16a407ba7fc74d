/// A processor beside the CPU with memory of its own: where numbers live, how they come and go, who multiplies them.
///
/// This is all that a kind of accelerator has to bring. What tensors compute on it is written once, above this
/// protocol, as launches of kernels and matrix products; the tests run the same code on a device that is emulated.
///
/// Work is done in the order in which it was asked for, and nobody waits for it, except who copies numbers back to the
/// CPU. Nothing here throws: a device that refuses once (memory, a lost GPU) keeps the sentence in `failure`, does
/// nothing any more, and gives zeros; who drives it looks there after each step.
package protocol Device: AnyObject, Sendable {
    /// For records: "NVIDIA H100 80GB HBM3".
    var name: String { get }
    /// Why the device does nothing any more, as a sentence; nil while it works.
    var failure: String? { get }
    /// Whether groups of four warps multiply (compute capability 9.0), so that kernels in files "…_wgmma" run.
    var multipliesByWarpGroups: Bool { get }
    /// How many blocks run at the same time where each takes all there is for one: for kernels whose blocks stay.
    var multiprocessors: Int { get }
    /// Bytes of memory: what is free for us now, what others leave, and all there is.
    var memory: (free: Int, total: Int) { get }

    /// Memory, aligned to 256 bytes. Content is undefined.
    func take(_ byteCount: Int) -> DeviceBlock
    /// Work that was asked for before may still use the block; later work gets it again.
    func giveBack(_ block: DeviceBlock)

    /// From the CPU's memory, which is free to change when the call returns.
    func upload(_ bytes: UnsafeRawBufferPointer, to address: DeviceAddress)
    /// Waits for all work before, then copies.
    func download(_ address: DeviceAddress, into bytes: UnsafeMutableRawBufferPointer)

    /// Runs a kernel over a grid of blocks.
    func launch(_ kernel: DeviceKernel, _ size: LaunchSize, _ arguments: [KernelArgument])
    /// out = addend + left·right + bias; see `DeviceProduct`.
    func multiply(
        _ product: DeviceProduct, left: DeviceAddress, right: DeviceAddress, bias: DeviceAddress?,
        addend: DeviceAddress?, into out: DeviceAddress)

    /// Waits until all work is done.
    func finish()
    /// Runs `body` once to note its launches and products, which are then repeated by `replay` with one call. Nothing
    /// is computed while noting. Memory that was taken meanwhile belongs to the recording.
    func record(_ body: () throws -> Void) rethrows -> any DeviceRecording
}

/// Work that was noted once and can be asked for again as a whole; in CUDA a graph.
package protocol DeviceRecording: AnyObject, Sendable {
    func replay()
}

/// A place in a device's memory.
package typealias DeviceAddress = UInt64

/// A piece of a device's memory.
package struct DeviceBlock: Sendable, Hashable {
    package let address: DeviceAddress
    /// What was taken, which may be more than was asked for.
    package let byteCount: Int

    package init(address: DeviceAddress, byteCount: Int) { (self.address, self.byteCount) = (address, byteCount) }
}

/// A kernel of `CUDAKernels`: a function in one of its files, compiled with the given definitions.
package struct DeviceKernel: Sendable, Hashable {
    /// Without its ending: "norms".
    package let file: String
    package let function: String
    /// The head size that the file is compiled for, where it depends on it (HEAD_SIZE); 0 elsewhere.
    package let headSize: Int

    package init(_ function: String, in file: String, headSize: Int = 0) {
        (self.function, self.file, self.headSize) = (function, file, headSize)
    }
}

/// How many blocks of how many threads, and bytes of shared memory beyond what the kernel declares.
package struct LaunchSize: Sendable, Hashable {
    package let blocks: (x: Int, y: Int, z: Int)
    package let threads: Int
    package let sharedBytes: Int

    package init(blocks x: Int, _ y: Int = 1, _ z: Int = 1, threads: Int, sharedBytes: Int = 0) {
        (blocks, self.threads, self.sharedBytes) = ((x, y, z), threads, sharedBytes)
    }

    package static func == (a: Self, b: Self) -> Bool {
        a.blocks == b.blocks && a.threads == b.threads && a.sharedBytes == b.sharedBytes
    }

    package func hash(into hasher: inout Hasher) {
        for number in [blocks.x, blocks.y, blocks.z, threads, sharedBytes] { hasher.combine(number) }
    }
}

/// An argument of a kernel, in the order and of the width that its C declaration has.
package enum KernelArgument: Sendable {
    /// A pointer; nil is NULL.
    case address(DeviceAddress?)
    /// A pointer to memory that somebody holds: it is not given back before the work was asked for.
    case held(DeviceAddress, by: AnyObject & Sendable)
    /// `int`
    case int(Int32)
    /// `long long`
    case long(Int64)
    case float(Float)
    case double(Double)
}

/// A matrix product of row-major matrices with Float32 sums: out [rows, outs] = addend + left [rows, inner] · right
/// [inner, outs] + bias [outs]; or several of them, whose matrices lie one after another.
package struct DeviceProduct: Sendable, Hashable {
    package var rows, outs, inner: Int
    /// How many products; all have the same bias.
    package var count = 1
    /// Of left and right: Float32 (multiplied as such, not in TF32) or BFloat16.
    package var type: ElementType
    /// Float32 or BFloat16. The addend is of the same type and may be the same memory; the bias is Float32.
    package var outType: ElementType
    /// Whether memory holds the matrix the other way round: [inner, rows], [outs, inner].
    package var leftIsTurned = false
    package var rightIsTurned = false
    package var hasBias = false
    package var hasAddend = false

    package init(rows: Int, outs: Int, inner: Int, type: ElementType, outType: ElementType) {
        (self.rows, self.outs, self.inner, self.type, self.outType) = (rows, outs, inner, type, outType)
    }
}
