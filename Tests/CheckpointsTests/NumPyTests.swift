import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

/// Files for NumPy. What NumPy itself reads from them was compared by hand; here the bytes are.
@Suite("NumPy's files") struct NumPyTests {
    private func bytes(_ write: (URL) throws -> Void) throws -> [UInt8] {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "a")
        try write(url)
        return Array(try Data(contentsOf: url))
    }

    /// numpy 2: `np.save(f, np.array([[1, -2.5, 3], [4, 5, 6]], "<f4"))`.
    @Test func matrix() throws {
        let found = try bytes { try writeNumPy(Tensor([1, -2.5, 3, 4, 5, 6] as [Float], shape: [2, 3]), to: $0) }
        var expected: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 0x76, 0]
        expected += Array("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".utf8)
        expected += [UInt8](repeating: 0x20, count: 127 - expected.count) + [0x0A]
        for value in [1, -2.5, 3, 4, 5, 6] as [Float] {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { expected += $0 }
        }
        #expect(found == expected)
    }

    @Test(arguments: [([3], "(3,)"), ([1, 3, 1], "(1, 3, 1)"), ([], "()")])
    func shapes(_ shape: [Int], _ tuple: String) throws {
        let count = shape.reduce(1, *)
        let found = try bytes { try writeNumPy(Tensor([Int32](repeating: 7, count: count), shape: shape), to: $0) }
        #expect(found.count == 128 + 4 * count)
        #expect(
            String(decoding: found.prefix(128), as: UTF8.self).contains(
                "'<i4', 'fortran_order': False, 'shape': \(tuple), }"))
    }

    @Test func archive() throws {
        let (a, b) = (Tensor([1, 2] as [Float], shape: [2]), Tensor([3, 4, 5] as [Float], shape: [1, 3]))
        let found = try bytes { try writeNumPyArchive([("a", a), ("hidden", b)], to: $0) }
        #expect(found == (try bytes { try writeNumPyArchive([("a", a), ("hidden", b)], to: $0) }))
        // Local header, name, array; the second entry behind it; the directory and its end.
        let array = try bytes { try writeNumPy(a, to: $0) }
        #expect(Array(found[30..<35]) == Array("a.npy".utf8))
        #expect(Array(found[35..<35 + array.count]) == array)
        #expect(Array(found[35 + array.count..<39 + array.count]) == [0x50, 0x4B, 3, 4])
        #expect(Array(found.suffix(22).prefix(12)) == [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 2, 0, 2, 0])
        // CRC-32 of "123456789" is CBF43926; of these arrays as Python's zlib.crc32 has it.
        #expect(Array(found[14..<18]) == Self.sum(array))
        #expect(throws: CheckpointError.self) {
            _ = try bytes { try writeNumPyArchive([("a", a), ("a", b)], to: $0) }
        }
    }

    /// CRC-32 bit by bit, little-endian.
    private static func sum(_ bytes: [UInt8]) -> [UInt8] {
        var state: UInt32 = ~0
        for byte in bytes {
            state ^= UInt32(byte)
            for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
        }
        return withUnsafeBytes(of: (~state).littleEndian, Array.init)
    }

    @Test func theSumIsTheUsualOne() { #expect(Self.sum(Array("123456789".utf8)) == [0x26, 0x39, 0xF4, 0xCB]) }
}
