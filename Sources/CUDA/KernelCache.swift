import Foundation
import SynFiles

/// Compiled kernels on disk, by a hash of all that they depend on: source, options and the compiler's version.
///
/// A file begins with the hash of what follows, so that a damaged one is compiled again. Nobody needs the cache: where
/// it cannot be written the program goes on without.
package struct KernelCache: Sendable {
    package let folder: URL

    package init(folder: URL) { self.folder = folder }

    /// `kernels` in our folder of the user's cache.
    package init(environment: [String: String]) {
        folder = UserFolder.ownCache(environment).appending(path: "kernels")
    }

    /// The name of a kernel's file.
    package static func name(
        _ file: String, _ source: String, headers: [String: String], options: [String], target: String,
        compiler: (major: Int, minor: Int)
    ) -> String {
        var hash = ContentHash()
        for part in [source, target, "\(compiler.major).\(compiler.minor)"] + options { hash.add(part: part) }
        for (name, text) in headers.sorted(by: { $0.key < $1.key }) {
            hash.add(part: name)
            hash.add(part: text)
        }
        return "\(file)-\(target)-\(hash.hexadecimal.prefix(32)).cubin"
    }

    /// The code that was kept under that name; nil where there is none or it is damaged.
    package func code(_ name: String) -> [UInt8]? {
        guard let data = try? Data(contentsOf: folder.appending(path: name)), data.count > Self.hashLength else {
            return nil
        }
        let code = data.dropFirst(Self.hashLength)
        return Data(Self.hash(code).utf8) == data.prefix(Self.hashLength) ? Array(code) : nil
    }

    package func keep(_ code: [UInt8], as name: String) {
        let file = folder.appending(path: name)
        // Without it the next start compiles again, which costs seconds and nothing else.
        try? AtomicFile.makeFolder(folder)
        try? AtomicFile.write(Data(Self.hash(code).utf8) + code, to: file, isFlushed: false, sweeps: true)
    }

    private static let hashLength = 64

    private static func hash(_ code: some ContiguousBytes) -> String {
        var hash = ContentHash()
        hash.add(code)
        return hash.hexadecimal
    }
}
