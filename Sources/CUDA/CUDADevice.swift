import CSynCUDA
import Foundation
import SynTensors
import Synchronization

/// An NVIDIA GPU: the machine's driver, products by cuBLASLt, kernels of ours compiled by NVRTC.
///
/// There is one context and one stream: what is asked for is done in that order. One thread at a time may ask; blocks
/// may be given back from any.
package final class CUDADevice: Device, @unchecked Sendable {
    package let name: String
    /// For records: "compute capability 9.0, 132 multiprocessors, CUDA 13.0, NVRTC 13.0, cuBLASLt 130100".
    package let facts: String
    /// Products of so many floating-point operations are tried with several algorithms when they are met first, and the
    /// fastest of them is kept; of others, and of all where it is nil, cuBLASLt's first proposal is.
    package var operationsToTime: Double? = 10e9
    /// Whether recordings become graphs of CUDA, rather than lists that are gone through.
    package var makesGraphs = true
    /// Whether each launch and product is waited for, so that what fails is named and not what came later. Slow; for
    /// finding mistakes. `open` reads it from the variable SYNESTHESIA_CUDA_WAIT.
    package var waitsForEach = false
    /// Why CUDA made no graph of a recording; nil where it always did.
    package internal(set) var graphRefusal: String?

    package let gpu: GPUContext
    package let driver: cuda_driver
    package let stream: UnsafeMutableRawPointer
    package let kernels: KernelStore
    package let products: ProductPlans
    package let workspace: DeviceBlock
    private let blas: (table: cuda_blas, handle: UnsafeMutableRawPointer)

    private let lock = NSRecursiveLock()
    private let firstFailure = Mutex<String?>(nil)
    package let staging: StagingRing
    package var blocks = BlockCache()
    /// The recording that is being made.
    package var recording: CUDARecording?
    /// Whose a block is that was taken for a recording.
    package var owners: [DeviceAddress: RecordingReference] = [:]

    /// - Parameter index: of those that `CUDA_VISIBLE_DEVICES` leaves.
    /// - Throws: `CUDAFailure`, a sentence for each way in which a GPU may be missing.
    package static func open(
        _ index: Int = 0, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> CUDADevice {
        let device = try CUDADevice(
            index, CUDALibraries(LibrarySearch(environment: environment)), KernelCache(environment: environment),
            .ours)
        device.waitsForEach = !(environment["SYNESTHESIA_CUDA_WAIT"] ?? "").isEmpty
        return device
    }

    package init(_ index: Int, _ libraries: CUDALibraries, _ cache: KernelCache, _ sources: KernelSources) throws {
        let driver = libraries.driver
        let compiler = try KernelCompiler(libraries.compiler)
        gpu = try GPUContext(index, driver)
        self.driver = driver
        name = gpu.name
        do {
            kernels = KernelStore(
                driver: driver,
                try KernelBuilder(compiler, capability: gpu.capability, cache: cache, sources: sources))
            let parts = try Self.makeParts(gpu, libraries)
            (stream, workspace) = (parts.stream, parts.workspace)
            blas = (libraries.blas, parts.blas)
        } catch {
            gpu.release(driver)
            throw error
        }
        products = ProductPlans(blas: libraries.blas, handle: blas.handle)
        staging = StagingRing(driver, stream: stream)
        var version: Int32 = 0
        _ = driver.driver_version(&version)
        facts = [
            "compute capability \(gpu.capability.major).\(gpu.capability.minor)",
            "\(gpu.multiprocessors) multiprocessors", "CUDA \(CUDALibraries.versionText(Int(version)))",
            "NVRTC \(compiler.version.major).\(compiler.version.minor)", "cuBLASLt \(libraries.blas.version())",
        ].joined(separator: ", ")
    }

    deinit {
        _ = driver.context_use(gpu.context)
        _ = driver.stream_wait(stream)
        staging.free()
        products.removeAll()
        _ = blas.table.destroy(blas.handle)
        kernels.unload()
        for block in blocks.removeAll() + [workspace] { _ = driver.memory_free(block.address) }
        _ = driver.stream_destroy(stream)
        gpu.release(driver)
    }

    package var multipliesByWarpGroups: Bool { gpu.capability.major == 9 }
    package var multiprocessors: Int { gpu.multiprocessors }

    // MARK: - Failure

    package var failure: String? { firstFailure.withLock { $0 } }

    /// Keeps what failed first.
    package func fail(_ sentence: String) {
        firstFailure.withLock { if $0 == nil { $0 = "\(name): \(sentence)" } }
    }

    /// Whether a call of the driver worked; it fails the device otherwise.
    @discardableResult
    package func check(_ status: Int32, _ deed: @autoclosure () -> String) -> Bool {
        if status == 0 { return true }
        fail(driver.sentence(deed(), status))
        return false
    }

    /// Asks something of the driver from this thread; `otherwise` where the device has failed.
    package func work<Result>(_ otherwise: Result, _ body: () -> Result) -> Result {
        lock.lock()
        defer { lock.unlock() }
        guard failure == nil, check(driver.context_use(gpu.context), "using the GPU from a thread") else {
            return otherwise
        }
        return body()
    }

    /// What must be done though the device has failed.
    package func always(_ body: () -> Void) {
        lock.lock()
        defer { lock.unlock() }
        _ = driver.context_use(gpu.context)
        body()
    }
}

// MARK: - Parts

extension CUDADevice {
    /// 64 MiB of workspace for products on Hopper and newer, as cuBLAS has itself; 32 before.
    private static func makeParts(
        _ gpu: GPUContext, _ libraries: CUDALibraries
    ) throws -> (stream: UnsafeMutableRawPointer, workspace: DeviceBlock, blas: UnsafeMutableRawPointer) {
        let driver = libraries.driver
        func check(_ status: Int32, _ deed: String) throws {
            guard status != 0 else { return }
            throw CUDAFailure(.failed, "\(gpu.name): " + driver.sentence(deed, status))
        }
        var (stream, blas): (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) = (nil, nil)
        try check(driver.stream_create(&stream, UInt32(CUDA_STREAM_ALONE)), "making a stream")
        let bytes = (gpu.capability.major >= 9 ? 64 : 32) << 20
        var address: DeviceAddress = 0
        do {
            try check(driver.memory_take(&address, bytes), "taking \(bytes >> 20) MiB of memory for products")
            let status = libraries.blas.create(&blas)
            guard status == 0, let stream, let blas else {
                let words = libraries.blas.status_name(status).map { String(cString: $0) } ?? "status \(status)"
                throw CUDAFailure(
                    .failed, "\(gpu.name): cuBLASLt does not start (\(words)); its version may not fit the driver")
            }
            return (stream, DeviceBlock(address: address, byteCount: bytes), blas)
        } catch {
            if address != 0 { _ = driver.memory_free(address) }
            _ = driver.stream_destroy(stream)
            throw error
        }
    }
}
