import CSynEmulatedKernels
import Foundation
import Testing

/// What `emulated_launch` answers where it is not 0; the codes are explained there.
struct EmulationError: Error, Equatable {
    let code: Int32
}

/// In which order the threads of a block run between barriers.
enum ThreadOrder: Int32, CaseIterable {
    case fromFirst, fromLast
}

/// Something that a kernel takes.
protocol EmulatedArgument {
    /// Calls `body` with the address of the argument.
    func withAddress<Result>(_ body: (UnsafeMutableRawPointer) throws -> Result) rethrows -> Result
    /// Whether what lies around it is as it was.
    var isSound: Bool { get }
}

extension EmulatedArgument {
    var isSound: Bool { true }

    func withAddress<Result>(_ body: (UnsafeMutableRawPointer) throws -> Result) rethrows -> Result {
        var copy = self
        return try withUnsafeMutableBytes(of: &copy) { try body($0.baseAddress.unsafelyUnwrapped) }
    }
}

extension Int32: EmulatedArgument {}
extension Int64: EmulatedArgument {}
extension Float: EmulatedArgument {}

/// A pointer that is NULL.
struct NullArgument: EmulatedArgument { let address = UInt(0) }

/// Memory as a device would give it, aligned to 256 bytes, or shifted by some bytes; before and after it lie bytes that
/// no kernel may change.
final class DeviceArray<Element: BitwiseCopyable>: EmulatedArgument {
    let count: Int
    private let memory: UnsafeMutableRawPointer
    private let shift: Int
    private static var fence: Int { 256 }
    private static var mark: UInt8 { 0xA5 }

    private var byteCount: Int { count * MemoryLayout<Element>.stride }
    private var wholeCount: Int { Self.fence + shift + byteCount + Self.fence }

    /// Filled with ones: not-a-number.
    init(count: Int, shift: Int = 0) {
        (self.count, self.shift) = (count, shift)
        let bytes = Self.fence + shift + count * MemoryLayout<Element>.stride + Self.fence
        memory = .allocate(byteCount: bytes, alignment: 256)
        memory.initializeMemory(as: UInt8.self, repeating: Self.mark, count: bytes)
        memset(start, 0xFF, byteCount)
    }

    convenience init(_ values: [Element], shift: Int = 0) {
        self.init(count: values.count, shift: shift)
        values.withUnsafeBytes { if let from = $0.baseAddress { start.copyMemory(from: from, byteCount: $0.count) } }
    }

    deinit { memory.deallocate() }

    private var start: UnsafeMutableRawPointer { memory + Self.fence + shift }

    var values: [Element] {
        (0..<count).map { start.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.stride, as: Element.self) }
    }

    /// Whether the bytes around are as they were.
    var isSound: Bool {
        let bytes = UnsafeRawBufferPointer(start: memory, count: wholeCount)
        let end = Self.fence + shift + byteCount
        return bytes[..<(Self.fence + shift)].allSatisfy { $0 == Self.mark }
            && bytes[end...].allSatisfy { $0 == Self.mark }
    }

    func withAddress<Result>(_ body: (UnsafeMutableRawPointer) throws -> Result) rethrows -> Result {
        var address = start
        return try withUnsafeMutableBytes(of: &address) { try body($0.baseAddress.unsafelyUnwrapped) }
    }
}

extension DeviceArray where Element == UInt16 {
    /// The numbers rounded to bfloat16, ties to even.
    convenience init(bf16 values: [Float], shift: Int = 0) { self.init(values.map(bfloat16), shift: shift) }

    /// As floats.
    var widened: [Float] { values.map { Float(bitPattern: UInt32($0) << 16) } }
}

/// Rounded to the nearest, ties to even; NaN keeps its upper bits.
func bfloat16(_ x: Float) -> UInt16 {
    let bits = x.bitPattern
    if x.isNaN { return UInt16(bits >> 16) | 0x40 }
    return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
}

enum Emulated {
    /// Runs a kernel, and checks that it left alone what does not belong to its arrays.
    static func run(
        _ function: String, headSize: Int = 0, blocks x: Int, _ y: Int = 1, _ z: Int = 1, threads: Int,
        sharedBytes: Int = 0, order: ThreadOrder = .fromFirst, _ arguments: any EmulatedArgument...
    ) throws {
        try run(
            function, headSize: headSize, blocks: x, y, z, threads: threads, sharedBytes: sharedBytes, order: order,
            arguments)
    }

    /// The same with arguments in a list.
    static func run(
        _ function: String, headSize: Int = 0, blocks x: Int, _ y: Int = 1, _ z: Int = 1, threads: Int,
        sharedBytes: Int = 0, order: ThreadOrder = .fromFirst, _ arguments: [any EmulatedArgument]
    ) throws {
        emulated_set_order(order.rawValue)
        var addresses: [UnsafeMutableRawPointer?] = []
        func launch(_ rest: ArraySlice<any EmulatedArgument>) -> Int32 {
            guard let first = rest.first else {
                return emulated_launch(
                    function, Int32(headSize), UInt32(x), UInt32(y), UInt32(z), UInt32(threads), sharedBytes, &addresses
                )
            }
            return first.withAddress {
                addresses.append($0)
                return launch(rest.dropFirst())
            }
        }
        let code = launch(arguments[...])
        if code != 0 { throw EmulationError(code: code) }
        for (place, argument) in arguments.enumerated() where !argument.isSound {
            Issue.record("\(function) writes outside of its argument \(place).")
        }
    }
}
