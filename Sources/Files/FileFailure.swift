import Foundation

/// What is wrong with a file or folder, as a sentence for the person at the terminal: its path, the reason, what to do.
package struct FileFailure: Error, LocalizedError, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// It is not there, or may not be read.
        case missing
        /// It is there, but its content is not what it should be.
        case damaged
        /// It cannot be written, or not be read to its end.
        case unwritable
        /// Another process works with it.
        case inUse
    }

    package let kind: Kind
    package let description: String
    package var errorDescription: String? { description }

    package init(_ kind: Kind, _ sentence: String) {
        self.kind = kind
        description = sentence
    }

    /// The sentence for a system error number met while writing.
    package init(writing path: String, _ code: Int32) {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let reason =
            switch code {
            case ENOSPC, EDQUOT: "the disk is full; make room, then run the same command again"
            case EACCES, EPERM: "permission is denied; choose another output folder or change its owner"
            case EROFS: "the file system is read-only; choose another output folder"
            case ENOENT where !FileManager.default.fileExists(atPath: folder): "the folder \(folder) does not exist"
            case ENOTDIR, EEXIST: "a file stands where a folder should be; choose another output folder"
            case EISDIR: "a folder of that name is in the way"
            case ELOOP: "its symbolic links lead in a circle"
            case ENXIO: "it is a socket, or a device without a driver, which nothing can be written to"
            case EPIPE: "its reader has gone"
            case ENAMETOOLONG: "the name is too long for the file system"
            case EFBIG: "the file would be larger than the file system or a limit of the shell allows"
            default: String(cString: strerror(code))
            }
        self.init(.unwritable, "\(path) cannot be written: \(reason)")
    }

    /// The sentence for a system error number met while reading.
    package init(reading path: String, _ code: Int32) {
        self =
            switch code {
            case ENOENT, ENOTDIR: FileFailure(.missing, "\(path) does not exist")
            case EACCES, EPERM: FileFailure(.missing, "\(path) cannot be read; check its permissions")
            case EISDIR: FileFailure(.damaged, "\(path) is a folder, where a file should be")
            default:
                FileFailure(.unwritable, "\(path) could not be read to its end: \(String(cString: strerror(code)))")
            }
    }
}
