import Foundation
import SynRuns
import TestSupport
import Testing

/// Lists of checksums that several ranks write in one folder.
@Suite struct SideListTests {
    private func write(_ text: String, _ name: String, _ folder: URL) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    @Test func sideListsBecomeTheOne() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let main = try Checksums(folder)
        try write("old", "a", folder)
        try main.note("a")
        let sides = try (1...2).map { try Checksums(folder, side: "rank-\($0)") }
        try write("one", "b", folder)
        try sides[0].note("b")
        try write("two", "c", folder)
        try sides[1].note("c")
        try write("newer", "a", folder)
        try sides[1].note("a")
        #expect(sides[0].finding("c") == .unlisted)
        try sides[0].refresh()
        #expect(sides[0].finding("c") == .intact)
        // Readers see all of it, and leave it as it is.
        #expect(try Checksums(folder, isReadOnly: true).finding("a", thoroughly: true) == .intact)
        let lists = folder.appending(path: ".checksums.d").path
        #expect(FileManager.default.fileExists(atPath: lists))
        let whole = try Checksums(folder)
        for name in ["a", "b", "c"] { #expect(whole.finding(name, thoroughly: true) == .intact) }
        #expect(!FileManager.default.fileExists(atPath: lists))
        #expect(whole.remark == nil && !whole.isNew)
    }

    @Test func aKilledRanksHalfLineIsNoLine() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try write("one", "b", folder)
        let side = try Checksums(folder, side: "rank-1")
        try side.note("b")
        let list = folder.appending(path: ".checksums.d/rank-1")
        let bytes = try Data(contentsOf: list)
        try (bytes + bytes.prefix(40)).write(to: list)
        try write("two", "c", folder)
        try Checksums(folder, side: "rank-1").note("c")
        let whole = try Checksums(folder)
        #expect(whole.finding("b") == .intact && whole.finding("c") == .intact)
        #expect(whole.remark == nil)
    }
}
