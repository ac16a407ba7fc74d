import Foundation
import Synchronization

/// Frozen weights that processes of one machine hold once between them, such as ranks of one node.
///
/// Whoever makes numbers first puts them into a file in memory that has no name, which the system frees when the last
/// process that uses it ends, however it ends. A link that is named by their content says where; whoever makes the same
/// numbers afterwards finds it, compares every byte, and lets go of its own. Nothing is ever taken for what it is not,
/// and where anything fails everybody keeps a copy.
///
/// It is for Linux, and for processes of one user who see each other in `/proc`; elsewhere nothing happens.
package enum CommonMemory {
    /// Below this it is not worth a file's place in the table of maps.
    static let least = 1 << 18

    private static let place = Mutex<String?>(nil)

    /// From now on frozen weights are looked for among the neighbours.
    ///
    /// - Parameter folder: of the links, in memory of this machine alone.
    package static func begin(folder: String = "/dev/shm/synesthesia-\(getuid())") {
        #if os(Linux)
            var facts = stat()
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST, lstat(folder, &facts) == 0,
                facts.st_mode & S_IFMT == S_IFDIR, facts.st_uid == getuid(), facts.st_mode & 0o022 == 0
            else { return }
            // Links that killed processes left.
            removeLinks(in: folder) { kill($0, 0) != 0 && errno == ESRCH }
            // Every piece keeps a file open, of which systems allow a thousand unless asked.
            var limit = rlimit()
            if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max {
                limit.rlim_cur = min(limit.rlim_max, 1 << 16)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            }
            place.withLock { $0 = folder }
            atexit { CommonMemory.end() }
        #endif
    }

    /// Takes this process's links away; what others have taken up stays with them.
    package static func end() {
        guard let folder = place.withLock({ $0 }) else { return }
        removeLinks(in: folder) { $0 == getpid() }
        rmdir(folder)   // fails while others have links there
        place.withLock { $0 = nil }
    }

    private static func removeLinks(in folder: String, ofProcesses isMeant: (pid_t) -> Bool) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let link = folder + "/" + name
            if let owner = process(of: link), isMeant(owner) { unlink(link) }
        }
    }

    /// The process that a link leads to: `/proc/123/fd/4`.
    private static func process(of link: String) -> pid_t? {
        let parts = (try? FileManager.default.destinationOfSymbolicLink(atPath: link))?.split(separator: "/")
        guard let parts, parts.count == 4, parts[0] == "proc", parts[2] == "fd" else { return nil }
        return pid_t(parts[1])
    }

    /// The same bytes in memory that neighbours share; nil where there are none, or where it cannot be.
    static func shared(_ own: UnsafeRawBufferPointer) -> CommonPages? {
        #if os(Linux)
            guard own.count >= least, let folder = place.withLock({ $0 }) else { return nil }
            let link = "\(folder)/\(own.count)-\(String(hash(own), radix: 16))"
            if let found = CommonPages(opening: link, own) { return found }
            // A file that has no name any more is freed with its last user.
            let name = "\(folder)/.\(getpid())"
            let descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return nil }
            unlink(name)
            // Reserved beforehand: a page that there is no memory for would end the process when it is written.
            guard posix_fallocate(descriptor, 0, off_t(own.count)) == 0, fill(descriptor, with: own) else {
                close(descriptor)
                return nil
            }
            let target = "/proc/\(getpid())/fd/\(descriptor)"
            let source = CommonPages.Source(descriptor: descriptor, link: link, target: target)
            guard let made = CommonPages(mapping: descriptor, own, from: source) else {
                close(descriptor)
                return nil
            }
            if symlink(target, link) != 0 {
                if let found = CommonPages(opening: link, own) { return found }   // a neighbour was quicker
                unlink(link)
                _ = symlink(target, link)
            }
            return made
        #else
            return nil
        #endif
    }

    private static func fill(_ descriptor: Int32, with bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = write(descriptor, part.baseAddress, part.count)
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Names content; that it is the same is found out by comparing.
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var (a, b): (UInt64, UInt64) = (0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F)
        let words = bytes.count / 16
        for i in 0..<words {
            a = (a ^ bytes.loadUnaligned(fromByteOffset: 16 * i, as: UInt64.self)) &* 0xFF51_AFD7_ED55_8CCD
            b = (b ^ bytes.loadUnaligned(fromByteOffset: 16 * i + 8, as: UInt64.self)) &* 0xC4CE_B9FE_1A85_EC53
            a ^= a >> 32
            b ^= b >> 29
        }
        for byte in bytes[(16 * words)...] { a = (a ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return a ^ (b << 1 | b >> 63)
    }
}

/// Pages of memory that other processes may hold too; read only. Who made them keeps the file open that the link leads
/// through, and closes it with the pages, so that memory which nobody uses any more is free.
final class CommonPages: @unchecked Sendable {
    fileprivate struct Source {
        let descriptor: Int32
        let link: String
        let target: String
    }

    let bytes: UnsafeRawBufferPointer
    /// Nil where another process, or another tensor of this one, made them.
    private let source: Source?

    /// Nil unless there is a file of exactly these bytes.
    fileprivate convenience init?(opening path: String, _ own: UnsafeRawBufferPointer) {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        self.init(mapping: descriptor, own, from: nil)
    }

    fileprivate init?(mapping descriptor: Int32, _ own: UnsafeRawBufferPointer, from source: Source?) {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, Int(facts.st_size) == own.count,
            let address = mmap(nil, own.count, PROT_READ, MAP_SHARED, descriptor, 0), address != MAP_FAILED
        else { return nil }
        guard let start = own.baseAddress, memcmp(address, start, own.count) == 0 else {
            munmap(address, own.count)
            return nil
        }
        bytes = UnsafeRawBufferPointer(start: address, count: own.count)
        self.source = source
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
        guard let source else { return }
        // Another process may have put its own in the link's place.
        if (try? FileManager.default.destinationOfSymbolicLink(atPath: source.link)) == source.target {
            unlink(source.link)
        }
        close(source.descriptor)
    }
}

extension Tensor {
    /// The same frozen numbers, in memory that ranks of one machine share where they hold them all.
    package func heldInCommon() -> Tensor {
        guard !storage.isBorrowed, storage.place == nil, !wantsGradient,
            let pages = CommonMemory.shared(UnsafeRawBufferPointer(storage.bytes))
        else { return self }
        return Tensor(
            storage: Storage(borrowing: pages.bytes, owner: pages), shape: shape, elementType: elementType)
    }
}
