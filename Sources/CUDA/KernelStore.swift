import CSynCUDA
import SynTensors

/// The kernels of one device: compiled (or read from the disk's cache) and loaded when they are first asked for.
final class KernelStore {
    /// A function on the device.
    final class Loaded {
        let handle: UnsafeMutableRawPointer
        /// Shared memory that it may use beyond what it declares.
        var sharedBytes = 48 << 10

        init(_ handle: UnsafeMutableRawPointer) { self.handle = handle }
    }

    private struct Module: Hashable {
        let file: String
        let headSize: Int
    }

    private let driver: cuda_driver
    private let compiler: KernelCompiler
    private let target: KernelCompiler.Target
    private let cache: KernelCache
    private let sources: KernelSources
    private var modules: [Module: UnsafeMutableRawPointer] = [:]
    private var functions: [DeviceKernel: Loaded] = [:]
    /// How many files were compiled by this process, rather than read.
    private(set) var compilations = 0

    init(
        driver: cuda_driver, compiler: KernelCompiler, capability: (major: Int, minor: Int), cache: KernelCache,
        sources: KernelSources
    ) throws {
        (self.driver, self.compiler, self.cache, self.sources) = (driver, compiler, cache, sources)
        target = try compiler.target(major: capability.major, minor: capability.minor)
    }

    /// The context must be current.
    func function(_ kernel: DeviceKernel) throws -> Loaded {
        if let known = functions[kernel] { return known }
        let module = try self.module(Module(file: kernel.file, headSize: kernel.headSize))
        var handle: UnsafeMutableRawPointer?
        let status = driver.module_function(&handle, module, kernel.function)
        guard status == 0, let handle else {
            throw CUDAFailure(.failed, driver.sentence("looking for \(kernel.function) in \(kernel.file).cu", status))
        }
        let loaded = Loaded(handle)
        functions[kernel] = loaded
        return loaded
    }

    /// Gives all modules back to the driver.
    func unload() {
        for module in modules.values { _ = driver.module_unload(module) }
        modules = [:]
        functions = [:]
    }

    private func module(_ module: Module) throws -> UnsafeMutableRawPointer {
        if let known = modules[module] { return known }
        guard let source = sources.text(module.file) else {
            throw CUDAFailure(.failed, "there is no file of kernels named \(module.file)")
        }
        let options = KernelCompiler.options(headSize: module.headSize)
        let name = KernelCache.name(
            module.headSize > 0 ? "\(module.file)-\(module.headSize)" : module.file, source, headers: sources.headers,
            options: options, target: target.name, compiler: compiler.version)
        var handle: UnsafeMutableRawPointer?
        if let code = cache.code(name), load(code, &handle) == 0, let handle {
            modules[module] = handle
            return handle
        }
        let code = try compiler.compile(
            source, named: module.file + ".cu", headers: sources.headers, options: options, for: target)
        compilations += 1
        let status = load(code, &handle)
        guard status == 0, let handle else {
            throw CUDAFailure(.failed, driver.sentence("loading \(module.file).cu compiled for \(target.name)", status))
        }
        cache.keep(code, as: name)
        modules[module] = handle
        return handle
    }

    private func load(_ code: [UInt8], _ handle: inout UnsafeMutableRawPointer?) -> Int32 {
        // PTX is text, which ends with a zero.
        (code + [0]).withUnsafeBytes { bytes in
            bytes.baseAddress.map { driver.module_load(&handle, $0) } ?? Int32(CUDA_INVALID_IMAGE)
        }
    }
}
