import CSynCUDA

/// One GPU that answered: its facts, and the context of it that the process works in.
package struct GPUContext: @unchecked Sendable {
    /// "NVIDIA H100 80GB HBM3".
    package let name: String
    /// 9.0 for Hopper.
    package let capability: (major: Int, minor: Int)
    package let multiprocessors: Int
    /// Shared memory that a block may ask for.
    package let sharedBytes: Int
    package let device: Int32
    package let context: UnsafeMutableRawPointer

    /// Memory that must be free for any work at all.
    package static let leastMemory = 512 << 20

    /// - Throws: a sentence where there is no GPU of that number, or none that can be worked with.
    package init(_ index: Int, _ driver: cuda_driver) throws {
        try Self.start(driver)
        var count: Int32 = 0
        try Self.check(driver, driver.device_count(&count), "counting the GPUs")
        guard count > 0 else { throw Self.noGPU }
        guard (0..<Int(count)).contains(index) else {
            let those = count == 1 ? "one, number 0" : "numbers 0 to \(count - 1)"
            throw CUDAFailure(
                .missing,
                "there is no GPU number \(index): this machine shows \(those) (CUDA_VISIBLE_DEVICES may hide others)")
        }
        var device: Int32 = 0
        try Self.check(driver, driver.device_at(&device, Int32(index)), "opening GPU \(index)")
        var text = [CChar](repeating: 0, count: 256)
        try Self.check(driver, driver.device_name(&text, 256, device), "asking GPU \(index) for its name")
        name = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let facts = try [
            CUDA_ATTRIBUTE_CAPABILITY_MAJOR, CUDA_ATTRIBUTE_CAPABILITY_MINOR, CUDA_ATTRIBUTE_MULTIPROCESSORS,
            CUDA_ATTRIBUTE_SHARED_BYTES,
        ].map { attribute in
            var value: Int32 = 0
            try Self.check(
                driver, driver.device_attribute(&value, Int32(attribute), device), "asking GPU \(index) for its facts")
            return Int(value)
        }
        capability = (facts[0], facts[1])
        (multiprocessors, sharedBytes) = (facts[2], facts[3])
        guard capability.major >= 8 else {
            throw CUDAFailure(
                .missing,
                "GPU \(index), \(name), has compute capability \(facts[0]).\(facts[1]), and products of BFloat16"
                    + " need 8.0 (Ampere, of 2020) or newer; use the CPU, or another GPU")
        }
        self.device = device
        context = try Self.context(of: device, "GPU \(index), \(name)", driver)
    }

    package func release(_ driver: cuda_driver) { _ = driver.context_release(device) }
}

// MARK: - Steps

extension GPUContext {
    private static let noGPU = CUDAFailure(
        .missing, "no GPU: the NVIDIA driver is there, but shows none (look at nvidia-smi and CUDA_VISIBLE_DEVICES)")

    private static func start(_ driver: cuda_driver) throws {
        let status = driver.`init`(0)
        if Int(status) == CUDA_NO_DEVICE { throw noGPU }
        try check(driver, status, "starting the NVIDIA driver")
    }

    private static func check(_ driver: cuda_driver, _ status: Int32, _ deed: String) throws {
        guard status != 0 else { return }
        throw CUDAFailure(.failed, driver.sentence(deed, status))
    }

    /// The context that all of a process share, current in this thread; memory for work must be free.
    private static func context(
        of device: Int32, _ gpu: String, _ driver: cuda_driver
    ) throws -> UnsafeMutableRawPointer {
        var context: UnsafeMutableRawPointer?
        let status = driver.context_retain(&context, device)
        guard status == 0, let context else {
            if Int(status) == CUDA_OUT_OF_MEMORY { throw full(gpu, nil) }
            throw CUDAFailure(.failed, driver.sentence("beginning work on \(gpu)", status))
        }
        do {
            try check(driver, driver.context_use(context), "beginning work on \(gpu)")
            var (free, total) = (0, 0)
            try check(driver, driver.memory_info(&free, &total), "asking \(gpu) for its memory")
            guard free >= leastMemory else { throw full(gpu, (free, total)) }
        } catch {
            _ = driver.context_release(device)
            throw error
        }
        return context
    }

    private static func full(_ gpu: String, _ memory: (free: Int, total: Int)?) -> CUDAFailure {
        let amount = memory.map { "\($0.free >> 20) MiB of \($0.total >> 20) MiB are free" } ?? "no memory is free"
        return CUDAFailure(
            .failed,
            "\(gpu): \(amount), and other programs have the rest (nvidia-smi lists them); end them, or take another GPU"
        )
    }
}
