import Foundation

/// What stands where a file is to be written, symbolic links followed.
///
/// Only a regular file is ever replaced. A device or a named pipe is written into, and so is a file that this process
/// has open already and that is named through it (`/dev/stdout`, `/dev/fd/63`): replacing it would cut off who waits
/// at its other end. A link stays a link; what it points to is replaced, or made where there is nothing yet.
enum OutputPath: Equatable {
    /// A regular file, or nothing yet: the content goes to a file beside it, which then takes its name.
    case replaced(String)
    /// A device or a pipe.
    case written(String)
    /// An open file of this process.
    case opened(Int32)

    init(_ path: String) throws {
        var path = path
        for _ in 0..<40 {   // as many links as the system itself follows
            if let descriptor = Self.descriptor(path) {
                self = .opened(descriptor)
                return
            }
            var facts = stat()
            guard lstat(path, &facts) == 0 else {
                guard errno == ENOENT else { throw FileFailure(writing: path, errno) }
                self = .replaced(path)
                return
            }
            switch facts.st_mode & S_IFMT {
            case S_IFREG: self = .replaced(path)
            case S_IFDIR: throw FileFailure(writing: path, EISDIR)
            case S_IFSOCK: throw FileFailure(writing: path, ENXIO)
            case S_IFLNK:
                path = try Self.target(of: path)
                continue
            default: self = .written(path)
            }
            return
        }
        throw FileFailure(writing: path, ELOOP)
    }

    /// Where a link points.
    private static func target(of link: String) throws -> String {
        var text = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        guard readlink(link, &text, Int(PATH_MAX)) > 0 else { throw FileFailure(writing: link, errno) }
        let target = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return target.hasPrefix("/") ? target : folder(of: link) + "/" + target
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func resolved(_ folder: String) -> String? {
        guard let path = realpath(folder, nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }

    /// The descriptor that a path below `/proc/self/fd` names, directly or through links of folders.
    private static func descriptor(_ path: String) -> Int32? {
        guard let name = path.split(separator: "/").last, let number = Int32(name), number >= 0,
            let own = resolved("/proc/self/fd"), resolved(folder(of: path)) == own
        else { return nil }
        return number
    }
}
