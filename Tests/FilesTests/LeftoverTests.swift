import Files
import Foundation
import TestSupport
import Testing

@Suite("Leftovers of killed processes, and locks")
struct LeftoverTests {
    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("go when the folder is taken, unless they are being written")
    func swept() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in [".a.json.77.partial", ".b.png.X.part", ".c.1-2.tmp", "kept.partial", ".kept"] {
            try Data().write(to: folder.appending(path: name))
        }
        let writing = try OutputFile(folder.appending(path: "d.json"))
        let lock = try FileLock(folder: folder)
        let left = try names(folder)
        #expect(left.count == 4 && left.contains("kept.partial") && left.contains(".kept") && left.contains(".lock"))
        try writing.finish()
        #expect(try names(folder) == [".kept", ".lock", "d.json", "kept.partial"])
        withExtendedLifetime(lock) {}
    }

    @Test("of one file go before it is written again")
    func ofOneFile() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in [".a.json.77.partial", ".ab.json.77.partial"] { try Data().write(to: folder.appending(path: name)) }
        try AtomicFile.check(folder.appending(path: "a.json"))
        #expect(try names(folder) == [".ab.json.77.partial"])
    }

    @Test("a folder belongs to one process at a time")
    func folders() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            let first = try FileLock(folder: folder)
            let failure = #expect(throws: FileFailure.self) { try FileLock(folder: folder) }
            #expect(failure?.kind == .inUse && failure?.description.contains("(\(getpid()))") == true)
            withExtendedLifetime(first) {}
        }
        _ = try FileLock(folder: folder)
    }
}
