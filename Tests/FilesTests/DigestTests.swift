import Foundation
import SynFiles
import Testing

@Suite("Hashes of files")
struct DigestTests {
    func hash<Function: CompressionFunction>(_ text: String, by _: Function.Type, pieces: Int = 1) -> String {
        var digest = Digest<Function>()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: max(1, bytes.count / pieces)) {
            let piece = Array(bytes[start..<min(bytes.count, start + max(1, bytes.count / pieces))])
            piece.withUnsafeBytes { digest.add($0) }
        }
        return digest.hexadecimal
    }

    // FIPS 180-4's examples, and lengths around the padding's edge (checked with sha1sum and sha256sum).
    static let cases: [(text: String, sha1: String, sha256: String)] = [
        (
            "", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        ),
        (
            "abc", "a9993e364706816aba3e25717850c26c9cd0d89d",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        ),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]

    @Test("are those of the standard, however the bytes come", arguments: cases, [1, 7])
    func standard(_ one: (text: String, sha1: String, sha256: String), _ pieces: Int) {
        #expect(hash(one.text, by: SHA1.self, pieces: pieces) == one.sha1)
        #expect(hash(one.text, by: SHA256.self, pieces: pieces) == one.sha256)
    }
}
