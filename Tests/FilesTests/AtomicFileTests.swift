import Foundation
import SynFiles
import TestSupport
import Testing

@Suite("Files written whole or not at all")
struct AtomicFileTests {
    @Test("replaces the old content and leaves nothing else behind")
    func replaces() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "scores.json")
        try AtomicFile.write("old", to: file)
        try AtomicFile.write("new", to: file)
        #expect(try String(contentsOf: file, encoding: .utf8) == "new")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["scores.json"])
    }

    @Test("a failed writer keeps the old file and removes its temporary one")
    func keeps() throws {
        struct Broken: Error {}
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "scores.json")
        try AtomicFile.write("old", to: file)
        #expect(throws: Broken.self) {
            let unfinished = try OutputFile(file)
            try Array("half".utf8).withUnsafeBytes { try unfinished.write($0) }
            throw Broken()
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == "old")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["scores.json"])
    }

    @Test("says what is in the way")
    func refuses() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "file")
        try AtomicFile.write("", to: file)
        func sentence(_ body: () throws -> Void) -> String? {
            #expect(throws: FileFailure.self, performing: body)?.description
        }
        #expect(
            sentence { try AtomicFile.write("", to: file.appending(path: "below")) }?
                .contains("a file stands where a folder should be") == true)
        #expect(
            sentence { try AtomicFile.makeFolder(file.appending(path: "below")) }?
                .contains("a file stands where a folder should be") == true)
        #expect(
            sentence { try AtomicFile.write("", to: folder.appending(path: "none/x")) }?
                .contains("none does not exist") == true)
        #expect(sentence { try AtomicFile.write("", to: folder) }?.contains("is in the way") == true)
        #expect(
            FileFailure(writing: file.path, ENOSPC).description
                == "\(file.path) cannot be written: the disk is full; make room, then run the same command again")
    }

    /// As ranks do that share a run: each makes what it needs, whoever is first.
    @Test("many at once make the same folder, and none takes another's for a file")
    func foldersMadeTogether() async throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for round in 0..<1_500 {
            let deep = folder.appending(path: "\(round)/a/b/c")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try AtomicFile.makeFolder(deep) } }
                try await group.waitForAll()
            }
        }
    }

    @Test("makes a folder with its parents, twice")
    func folders() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let deep = folder.appending(path: "a/b/c")
        try AtomicFile.makeFolder(deep)
        try AtomicFile.makeFolder(deep)
        try AtomicFile.write("x", to: deep.appending(path: "x"))
    }
}
