import CSynCUDA
import Foundation

/// NVRTC: CUDA C → machine code for one architecture. It needs no GPU.
package struct KernelCompiler: @unchecked Sendable {
    private let compiler: cuda_compiler
    package let version: (major: Int, minor: Int)
    /// Those it knows, as 90 for compute capability 9.0.
    package let architectures: [Int]

    package init(_ compiler: cuda_compiler) throws {
        self.compiler = compiler
        var (major, minor, count): (Int32, Int32, Int32) = (0, 0, 0)
        try Self.check(compiler, compiler.version(&major, &minor), "asking NVRTC for its version")
        try Self.check(compiler, compiler.architecture_count(&count), "asking NVRTC for its architectures")
        version = (Int(major), Int(minor))
        var numbers = [Int32](repeating: 0, count: Int(count))
        if count > 0 {
            try numbers.withUnsafeMutableBufferPointer { buffer in
                guard let first = buffer.baseAddress else { return }
                try Self.check(compiler, compiler.architectures(first), "asking NVRTC for its architectures")
            }
        }
        architectures = numbers.map(Int.init).sorted()
    }

    /// What code is made for.
    package struct Target: Sendable, Hashable {
        /// "sm_90a", or "compute_90" for code that the driver compiles to its end.
        package let name: String
        var isFinal: Bool { name.hasPrefix("sm_") }
    }

    /// The best for a GPU: its own architecture with what only that one has, where the compiler knows it.
    package func target(major: Int, minor: Int) throws -> Target {
        let own = 10 * major + minor
        guard let best = architectures.last(where: { $0 <= own }) else {
            throw CUDAFailure(
                .missing,
                "NVRTC \(version.major).\(version.minor) has no code for GPUs of compute capability \(major).\(minor);"
                    + " install one for your GPU (pip install nvidia-cuda-nvrtc)")
        }
        if best == 90, own == 90 { return Target(name: "sm_90a") }
        return Target(name: best / 10 == major ? "sm_\(best)" : "compute_\(best)")
    }

    /// - Parameter headers: what may be included, by name.
    /// - Throws: the first lines of what the compiler says.
    package func compile(
        _ source: String, named name: String, headers: [String: String], options: [String], for target: Target
    ) throws -> [UInt8] {
        let sorted = headers.sorted { $0.key < $1.key }
        let options = ["--gpu-architecture=\(target.name)"] + options
        var program: UnsafeMutableRawPointer?
        let created = withStrings(sorted.map(\.value)) { texts in
            withStrings(sorted.map(\.key)) { names in
                compiler.program_create(&program, source, name, Int32(sorted.count), texts, names)
            }
        }
        try Self.check(compiler, created, "reading \(name)")
        defer { _ = compiler.program_destroy(&program) }
        let status = withStrings(options) { compiler.program_compile(program, Int32(options.count), $0) }
        guard status == 0 else {
            throw CUDAFailure(
                .failed,
                "\(name) does not compile for \(target.name) with NVRTC \(version.major).\(version.minor)"
                    + " (\(Self.words(compiler, status))): " + firstLines(program))
        }
        return target.isFinal
            ? try bytes(program, name, compiler.cubin_size, compiler.cubin)
            : try bytes(program, name, compiler.ptx_size, compiler.ptx)
    }

    /// The options that every kernel of ours is compiled with.
    package static func options(headSize: Int) -> [String] {
        ["--std=c++17", "--device-as-default-execution-space"] + (headSize > 0 ? ["-DHEAD_SIZE=\(headSize)"] : [])
    }
}

// MARK: - What the compiler gives

extension KernelCompiler {
    private func bytes(
        _ program: UnsafeMutableRawPointer?, _ name: String,
        _ size: (UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>) -> Int32,
        _ copy: (UnsafeMutableRawPointer?, UnsafeMutablePointer<CChar>) -> Int32
    ) throws -> [UInt8] {
        var count = 0
        try Self.check(compiler, size(program, &count), "compiling \(name)")
        guard count > 0 else { throw CUDAFailure(.failed, "compiling \(name) gave no code") }
        var text = [CChar](repeating: 0, count: count)
        try Self.check(compiler, copy(program, &text), "compiling \(name)")
        return text.map(UInt8.init(bitPattern:))
    }

    /// Six lines of the log, in one.
    private func firstLines(_ program: UnsafeMutableRawPointer?) -> String {
        var count = 0
        guard compiler.log_size(program, &count) == 0, count > 1 else { return "it does not say why" }
        var text = [CChar](repeating: 0, count: count + 1)
        guard compiler.log_text(program, &text) == 0 else { return "it does not say why" }
        let log = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let lines = log.split(separator: "\n").map { $0.trimmingPrefix(while: \.isWhitespace) }.filter { !$0.isEmpty }
        return lines.prefix(6).joined(separator: " | ")
    }

    private static func check(_ compiler: cuda_compiler, _ status: Int32, _ deed: String) throws {
        guard status != 0 else { return }
        throw CUDAFailure(.failed, "\(deed) gave \(words(compiler, status))")
    }

    private static func words(_ compiler: cuda_compiler, _ status: Int32) -> String {
        compiler.error_text(status).map { String(cString: $0) } ?? "the status \(status)"
    }

    /// Calls with C strings; NULL where there are none.
    private func withStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        guard !copies.isEmpty else { return body(nil) }
        return copies.map { $0.map { UnsafePointer($0) } }.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
