import Foundation
import SynCUDA
import TestSupport
import Testing

/// NVRTC itself, which needs no GPU, where it is installed.
private let compiler = try? KernelCompiler(
    CUDALibraries.compiler(LibrarySearch(environment: ProcessInfo.processInfo.environment)))
private let absence: Comment = "NVRTC is not here: pip install nvidia-cuda-nvrtc, or SYNESTHESIA_CUDA names its folder"

@Suite("NVRTC", .enabled(if: compiler != nil, absence))
struct CompilerTests {
    private let source = """
        #include "device.h"
        extern "C" __global__ void twice(float *x) { x[threadIdx.x] = FACTOR * x[threadIdx.x] + HEAD_SIZE; }
        """

    @Test("compiles for Ampere, Ada and Hopper to code of the architecture", arguments: [(8, 0), (8, 9), (9, 0)])
    func compiles(_ major: Int, _ minor: Int) throws {
        let compiler = try #require(compiler)
        let target = try compiler.target(major: major, minor: minor)
        #expect(target.name == "sm_\(major)\(minor)" + (major == 9 ? "a" : ""))
        let code = try compiler.compile(
            source, named: "twice.cu", headers: ["device.h": "#define FACTOR 2.0f"],
            options: KernelCompiler.options(headSize: 64), for: target)
        #expect(code.starts(with: [0x7f, 0x45, 0x4c, 0x46]) && code.count > 1000)   // an ELF file
        #expect(String(decoding: code, as: UTF8.self).contains("twice"))
    }

    @Test("gives text for GPUs that it does not know")
    func text() throws {
        let compiler = try #require(compiler)
        let target = try compiler.target(major: 99, minor: 0)
        #expect(target.name.hasPrefix("compute_"))
        let code = try compiler.compile(
            source, named: "twice.cu", headers: ["device.h": "#define FACTOR 2.0f"],
            options: KernelCompiler.options(headSize: 64), for: target)
        #expect(String(decoding: code, as: UTF8.self).contains(".visible .entry twice"))
    }

    @Test("its first complaint is told")
    func complains() throws {
        let compiler = try #require(compiler)
        #expect {
            try compiler.compile(
                source, named: "twice.cu", headers: ["device.h": ""], options: KernelCompiler.options(headSize: 8),
                for: compiler.target(major: 9, minor: 0))
        } throws: { error in
            "\(error)".hasPrefix("twice.cu does not compile for sm_90a with NVRTC ")
                && "\(error)".contains("twice.cu(2): error: identifier \"FACTOR\" is undefined")
        }
    }

    @Test("fills the cache for a GPU that is elsewhere, once")
    func fillsCache() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var environment = ProcessInfo.processInfo.environment
        environment["SYNESTHESIA_CACHE"] = folder.path
        let files = [("losses", 0), ("drawing", 64)]
        for expected in [2, 0] {
            #expect(
                try CUDADevice.compileKernels(files, capability: (9, 0), environment: environment) == expected)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "kernels").path).sorted()
        #expect(names.map { $0.prefix { $0 != "_" } } == ["drawing-64-sm", "losses-sm"])
    }

    @Test("compiles every kernel of ours", arguments: ourKernels)
    func ours(_ kernel: OurKernel) throws {
        let compiler = try #require(compiler)
        let source = try #require(KernelSources.ours.text(kernel.file))
        let code = try compiler.compile(
            source, named: kernel.file + ".cu", headers: KernelSources.ours.headers,
            options: KernelCompiler.options(headSize: kernel.headSize),
            for: compiler.target(major: kernel.headSize == 104 ? 8 : 9, minor: 0))
        #expect(code.count > 1000)
    }
}
