import Foundation

/// The smallest honest PNG writer: RGB, stored (uncompressed) deflate blocks. Only for made-up pictures in tests.
enum TinyPNG {
    static func encode(width: Int, height: Int, rgb: (Int, Int) -> (UInt8, UInt8, UInt8)) -> Data {
        var raw: [UInt8] = []
        for y in 0..<height {
            raw.append(0)
            for x in 0..<width {
                let (r, g, b) = rgb(x, y)
                raw += [r, g, b]
            }
        }
        var stream: [UInt8] = [0x78, 0x01]
        precondition(raw.count < 65_536, "one stored block is enough for a small picture")
        let n = UInt16(raw.count)
        stream += [1, UInt8(n & 255), UInt8(n >> 8), UInt8(~n & 255), UInt8(~n >> 8)] + raw
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in raw {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        stream += bytes(b << 16 | a)
        var file = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        file += chunk("IHDR", bytes(UInt32(width)) + bytes(UInt32(height)) + [8, 2, 0, 0, 0])
        file += chunk("IDAT", stream)
        file += chunk("IEND", [])
        return file
    }

    private static func bytes(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }

    private static func chunk(_ name: String, _ body: [UInt8]) -> Data {
        let named = Array(name.utf8) + body
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in named {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
        return Data(bytes(UInt32(body.count)) + named + bytes(~crc))
    }
}
