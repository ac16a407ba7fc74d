import CSynCUDA
import Foundation
import Synchronization

/// Machine code of kernels for one architecture: from the disk's cache, or compiled.
package struct KernelBuilder: Sendable {
    package let compiler: KernelCompiler
    package let target: KernelCompiler.Target
    package let cache: KernelCache
    package let sources: KernelSources

    /// A file of kernels, as it is compiled; see `DeviceKernel`.
    package struct File: Hashable, Sendable {
        let name: String
        let headSize: Int
    }

    private struct Recipe {
        let file: File
        let source: String
        let options: [String]
        /// Of the file in the cache.
        let name: String
    }

    package init(
        _ compiler: KernelCompiler, capability: (major: Int, minor: Int), cache: KernelCache, sources: KernelSources
    ) throws {
        (self.compiler, self.cache, self.sources) = (compiler, cache, sources)
        target = try compiler.target(major: capability.major, minor: capability.minor)
    }

    /// The code that the cache has.
    package func cached(_ file: File) -> [UInt8]? {
        guard let recipe = try? recipe(file) else { return nil }
        return cache.code(recipe.name)
    }

    /// Compiles a file, and keeps its code in the cache.
    package func compiled(_ file: File) throws -> [UInt8] {
        let recipe = try recipe(file)
        let code = try compiler.compile(
            recipe.source, named: file.name + ".cu", headers: sources.headers, options: recipe.options, for: target)
        cache.keep(code, as: recipe.name)
        return code
    }

    /// Compiles several files at once, by as many threads as there are processors.
    package func compiled(_ files: [File]) throws -> [File: [UInt8]] {
        let found = Mutex<[File: Result<[UInt8], any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: files.count) { index in
            let result = Result { try compiled(files[index]) }
            found.withLock { $0[files[index]] = result }
        }
        return try found.withLock { try $0.mapValues { try $0.get() } }
    }

    private func recipe(_ file: File) throws -> Recipe {
        guard let source = sources.text(file.name) else {
            throw CUDAFailure(.failed, "there is no file of kernels named \(file.name)")
        }
        let options = KernelCompiler.options(headSize: file.headSize)
        let name = KernelCache.name(
            file.headSize > 0 ? "\(file.name)-\(file.headSize)" : file.name, source, headers: sources.headers,
            options: options, target: target.name, compiler: compiler.version)
        return Recipe(file: file, source: source, options: options, name: name)
    }
}

extension CUDADevice {
    /// Compiles kernels for a GPU that need not be there, and keeps them for when it is: for `files` (without ending)
    /// with the head size that each is compiled for, or 0.
    ///
    /// - Returns: how many were compiled, rather than known already.
    package static func compileKernels(
        _ files: [(name: String, headSize: Int)], capability: (major: Int, minor: Int),
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Int {
        let compiler = try KernelCompiler(CUDALibraries.compiler(LibrarySearch(environment: environment)))
        let builder = try KernelBuilder(
            compiler, capability: capability, cache: KernelCache(environment: environment), sources: .ours)
        let missing = files.map { KernelBuilder.File(name: $0.name, headSize: $0.headSize) }
            .filter { builder.cached($0) == nil }
        return try builder.compiled(missing).count
    }
}
