import Foundation
import SynFiles
import TestSupport
import Testing

@Suite("SHA-256")
struct ContentHashTests {
    /// NIST's examples for FIPS 180-4, and the empty message.
    static let vectors: [(String, String)] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ]

    @Test("equals NIST's vectors, in one piece", arguments: vectors)
    func vector(_ message: String, _ expected: String) {
        var hash = ContentHash()
        hash.add(Data(message.utf8))
        #expect(hash.hexadecimal == expected)
    }

    /// NIST's example of a million letters a.
    static let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

    @Test("does not depend on how the bytes are cut", arguments: [1, 3, 55, 56, 63, 64, 65, 127, 1000])
    func pieces(_ size: Int) {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var whole = ContentHash()
        whole.add(bytes)
        var cut = ContentHash()
        for start in stride(from: 0, to: bytes.count, by: size) {
            cut.add(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(cut.hexadecimal == whole.hexadecimal)
    }

    @Test("can be read in between")
    func goesOn() {
        var hash = ContentHash()
        hash.add(Array("ab".utf8))
        _ = hash.hexadecimal
        hash.add(Array("c".utf8))
        #expect(hash.hexadecimal == Self.vectors[1].1)
    }

    @Test("parts of a key keep their borders")
    func parts() {
        func hash(_ parts: String...) -> String {
            var hash = ContentHash()
            parts.forEach { hash.add(part: $0) }
            return hash.hexadecimal
        }
        #expect(hash("ab", "c") != hash("a", "bc"))
        #expect(hash("ab", "c") == hash("ab", "c"))
    }

    @Test("of a file equals that of its bytes; a missing file is named")
    func files() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "weights")
        try Data(repeating: UInt8(ascii: "a"), count: 1_000_000).write(to: file)
        #expect(try ContentHash(file: file).hexadecimal == Self.million)
        let missing = #expect(throws: FileFailure.self) { try ContentHash(file: folder.appending(path: "none")) }
        #expect(missing?.kind == .missing)
    }
}
