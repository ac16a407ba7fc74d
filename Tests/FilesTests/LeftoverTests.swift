import Foundation
import SynFiles
import TestSupport
import Testing

@Suite("Leftovers of killed processes, and locks")
struct LeftoverTests {
    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    /// Foundation writes by a file `.dat.nosync…`, which nobody removes after a kill.
    @Test("are ours alone: no source writes by Foundation's own means")
    func onlyWriter() throws {
        let sources = Fixture.package.appending(path: "Sources")
        let names = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String } ?? []
        let swift = names.filter { $0.hasSuffix(".swift") }
        #expect(swift.count > 100)
        for name in swift {
            let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
            for way in ["createFile(", "atomically:", ".atomic)"] { #expect(!text.contains(way), "\(name): \(way)") }
        }
    }

    @Test("go when the folder is taken, unless they are being written")
    func swept() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        // Of other programs, or of names that only look like ours.
        let others = [
            ".b.png.X.part", ".c.1-2.tmp", ".kept", ".d.json.77.partial", ".e.synesthesia-short.partial",
            "f.synesthesia-0123456789abc.partial", ".g.synesthesia-0123456789abC.partial",
            ".h.synesthesia-0123456789abc.partial2",
        ]
        let own = [
            ".a.json.synesthesia-0123456789abc.partial", ".b.synesthesia-0.png.synesthesia-zzzzzzzzzzzzz.partial",
        ]
        for name in own + others { try Data().write(to: folder.appending(path: name)) }
        let writing = try OutputFile(folder.appending(path: "d.json"))
        let lock = try FileLock(folder: folder)
        let left = try names(folder)
        #expect(left.count == others.count + 2 && Set(left).isSuperset(of: others + [".lock"]))
        #expect(left.contains { $0.wholeMatch(of: /\.d\.json\.synesthesia-[0-9a-z]{13}\.partial/) != nil })
        try writing.finish()
        #expect(try names(folder) == (others + [".lock", "d.json"]).sorted())
        withExtendedLifetime(lock) {}
    }

    @Test("of one file go before it is written again")
    func ofOneFile() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (own, other) = (".a.json.synesthesia-0123456789abc.partial", ".ab.json.synesthesia-0123456789abc.partial")
        for name in [own, other] { try Data().write(to: folder.appending(path: name)) }
        try AtomicFile.check(folder.appending(path: "a.json"))
        #expect(try names(folder) == [other])
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
