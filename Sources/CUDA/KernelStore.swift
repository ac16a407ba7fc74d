import CSynCUDA
import SynTensors

/// The kernels of one device: compiled (or read from the disk's cache) and loaded when they are first asked for.
package final class KernelStore {
    /// A function on the device.
    package final class Loaded {
        let handle: UnsafeMutableRawPointer
        /// Shared memory that it may use beyond what it declares, as far as it was asked for.
        var sharedBytes = 0

        init(_ handle: UnsafeMutableRawPointer) { self.handle = handle }
    }

    private let driver: cuda_driver
    private let builder: KernelBuilder
    private var modules: [KernelBuilder.File: UnsafeMutableRawPointer] = [:]
    private var functions: [DeviceKernel: Loaded] = [:]
    /// How many files were compiled by this process, rather than read.
    package private(set) var compilations = 0

    package init(driver: cuda_driver, _ builder: KernelBuilder) { (self.driver, self.builder) = (driver, builder) }

    /// The context must be current.
    package func function(_ kernel: DeviceKernel) throws -> Loaded {
        if let known = functions[kernel] { return known }
        let module = try self.module(KernelBuilder.File(name: kernel.file, headSize: kernel.headSize))
        var handle: UnsafeMutableRawPointer?
        let status = driver.module_function(&handle, module, kernel.function)
        guard status == 0, let handle else {
            throw CUDAFailure(.failed, driver.sentence("looking for \(kernel.function) in \(kernel.file).cu", status))
        }
        let loaded = Loaded(handle)
        functions[kernel] = loaded
        return loaded
    }

    /// Loads all files of these kernels; those that must be compiled are compiled at once.
    package func prepare(_ kernels: [DeviceKernel]) throws {
        let files = Set(kernels.map { KernelBuilder.File(name: $0.file, headSize: $0.headSize) })
        let missing = files.filter { modules[$0] == nil && builder.cached($0) == nil }
        for (file, code) in try builder.compiled(Array(missing)) {
            compilations += 1
            modules[file] = try load(code, file)
        }
        for kernel in kernels { _ = try function(kernel) }
    }

    /// Gives all modules back to the driver.
    package func unload() {
        for module in modules.values { _ = driver.module_unload(module) }
        modules = [:]
        functions = [:]
    }

    private func module(_ file: KernelBuilder.File) throws -> UnsafeMutableRawPointer {
        if let known = modules[file] { return known }
        var handle: UnsafeMutableRawPointer?
        if let code = builder.cached(file), load(code, &handle) == 0, let handle {
            modules[file] = handle
            return handle
        }
        let code = try builder.compiled(file)
        compilations += 1
        let made = try load(code, file)
        modules[file] = made
        return made
    }

    private func load(_ code: [UInt8], _ file: KernelBuilder.File) throws -> UnsafeMutableRawPointer {
        var handle: UnsafeMutableRawPointer?
        let status = load(code, &handle)
        guard status == 0, let handle else {
            throw CUDAFailure(
                .failed, driver.sentence("loading \(file.name).cu compiled for \(builder.target.name)", status))
        }
        return handle
    }

    private func load(_ code: [UInt8], _ handle: inout UnsafeMutableRawPointer?) -> Int32 {
        // PTX is text, which ends with a zero.
        (code + [0]).withUnsafeBytes { bytes in
            bytes.baseAddress.map { driver.module_load(&handle, $0) } ?? Int32(CUDA_INVALID_IMAGE)
        }
    }
}
