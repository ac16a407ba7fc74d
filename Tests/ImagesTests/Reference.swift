import Foundation
import SynImages
import TestSupport

/// The files that `Tests/Fixtures/images/make.py` wrote.
enum Reference {
    static func read<Value: Decodable>(_ name: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: Fixture.url("images/\(name).json")))
    }

    static func floats(_ bytes: Data) -> [Float] {
        stride(from: 0, to: bytes.count, by: 4).map { at in
            Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) })
        }
    }

    /// The check sum of zlib and PNG.
    static func crc(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1 }
    }
}

/// An image as `make.py` packs it.
struct PackedImage: Decodable {
    let width: Int
    let height: Int
    let pixels: Data

    var image: Image { Image(width: width, height: height, pixels: Array(pixels)) }
}

/// The sentence an operation fails with, or nil where it succeeds.
func failure(_ work: () throws -> Void) -> ImageError? {
    do {
        try work()
        return nil
    } catch {
        return error as? ImageError
    }
}

/// Largest and mean difference of two images of one size.
func difference(_ a: Image, _ b: Image) -> (largest: Int, mean: Double) {
    let steps = zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }
    return (steps.max() ?? 0, Double(steps.reduce(0, +)) / Double(steps.count))
}
