import Foundation
import SynFiles
import TestSupport
import Testing

@Suite("What is no regular file is written into, never replaced")
struct OutputPathTests {
    let folder: URL

    init() throws { folder = try Fixture.temporaryFolder() }

    private func kind(_ path: String) -> mode_t? {
        var facts = stat()
        return lstat(path, &facts) == 0 ? facts.st_mode & S_IFMT : nil
    }

    private func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

    @Test("a character device stays one")
    func devices() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let device = folder.appending(path: "null")
        // As root a node of one's own; the system's own null device, to which nothing can happen then, otherwise.
        let isMade = mknod(device.path, S_IFCHR | 0o666, makedev(1, 3)) == 0
        let place = isMade ? device : URL(filePath: "/dev/null")
        try #require(isMade || getuid() != 0, "no device can be made here, and root could break the system's")
        try AtomicFile.check(place)
        // Where file systems are mounted without devices, opening says so; the node must stay then too.
        do { try AtomicFile.write("x", to: place) } catch let failure as FileFailure {
            #expect(failure.kind == .unwritable)
        }
        #expect(kind(place.path) == S_IFCHR)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == (isMade ? 1 : 0))
        let link = folder.appending(path: "link")
        #expect(symlink(place.path, link.path) == 0)
        _ = try? AtomicFile.write("x", to: link)
        #expect(kind(link.path) == S_IFLNK && kind(place.path) == S_IFCHR)
    }

    private func makedev(_ major: UInt64, _ minor: UInt64) -> dev_t { dev_t(major << 8 | minor) }

    @Test("a named pipe hands on what is written")
    func pipes() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let pipe = folder.appending(path: "pipe")
        #expect(mkfifo(pipe.path, 0o600) == 0)
        try AtomicFile.check(pipe)
        let reader = open(pipe.path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        try AtomicFile.write("through the pipe", to: pipe)
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = read(reader, &buffer, 100)
        #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "through the pipe")
        #expect(kind(pipe.path) == S_IFIFO)
        #expect(throws: FileFailure.self) { try WholeFile.read(pipe) }
        #expect(throws: FileFailure.self) { try ContentHash(file: pipe) }
        #expect(throws: FileFailure.self) { try JSONLines.Appender(pipe).flush() }
    }

    @Test("an open file of this process is written where it stands", arguments: ["/dev/fd", "/proc/self/fd"])
    func descriptors(_ path: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "log")
        let descriptor = open(file.path, O_WRONLY | O_CREAT, 0o644)
        defer { close(descriptor) }
        #expect(write(descriptor, "before ", 7) == 7)
        try AtomicFile.write("within ", to: URL(filePath: "\(path)/\(descriptor)"))
        #expect(write(descriptor, "after", 5) == 5)
        #expect(try text(file) == "before within after")
    }

    @Test("a link stays, its target is replaced or made")
    func links() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let (link, second) = (folder.appending(path: "link"), folder.appending(path: "second"))
        try AtomicFile.makeFolder(folder.appending(path: "there"))
        #expect(symlink("there/target", link.path) == 0 && symlink("link", second.path) == 0)
        try AtomicFile.write("made", to: second)
        #expect(try text(folder.appending(path: "there/target")) == "made")
        try AtomicFile.write("replaced", to: link)
        #expect(try text(second) == "replaced")
        #expect(kind(link.path) == S_IFLNK && kind(second.path) == S_IFLNK)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/there") == ["target"])
        let circle = folder.appending(path: "circle")
        #expect(symlink("circle", circle.path) == 0)
        #expect(throws: FileFailure.self) { try AtomicFile.write("", to: circle) }
        let nowhere = folder.appending(path: "nowhere")
        #expect(symlink("none/x", nowhere.path) == 0)
        #expect(throws: FileFailure.self) { try AtomicFile.write("", to: nowhere) }
        #expect(throws: FileFailure.self) { try AtomicFile.makeFolder(nowhere) }
    }

    @Test("a socket and a folder are refused")
    func refused() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(file) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = "/tmp/files-test-\(getpid()).socket"
        unlink(path)
        defer { unlink(path) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        let failure = #expect(throws: FileFailure.self) { try AtomicFile.write("", to: URL(filePath: path)) }
        #expect(failure?.description.contains("socket") == true)
        #expect(kind(path) == S_IFSOCK)
        #expect(throws: FileFailure.self) { try AtomicFile.write("", to: folder) }
    }

    @Test("permissions of a replaced file stay")
    func permissions() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "secret")
        try AtomicFile.write("a", to: file)
        #expect(chmod(file.path, 0o600) == 0)
        try AtomicFile.write("b", to: file)
        var facts = stat()
        #expect(stat(file.path, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
    }

    @Test("the longest name that a file may have can be written")
    func longNames() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: String(repeating: "é", count: 127) + "n")
        try AtomicFile.check(file)
        try AtomicFile.write("long", to: file)
        #expect(try text(file) == "long")
    }
}
