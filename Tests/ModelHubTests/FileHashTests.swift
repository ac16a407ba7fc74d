import Foundation
import SynModelHub
import Testing

@Suite("Hashes by which the hub names files")
struct FileHashTests {
    @Test("an ETag tells its kind")
    func tags() {
        let digits = String(repeating: "0a", count: 20)
        #expect(FileHash("\"\(digits)\"") == .git(digits))
        #expect(FileHash("W/\"\(digits.uppercased())\"") == .git(digits))
        #expect(FileHash(String(repeating: "ab", count: 32)) == .sha256(String(repeating: "ab", count: 32)))
        #expect(FileHash("\"d41d8cd98f00b204e9800998ecf8427e\"") == nil && FileHash("../../x") == nil)
    }
}
