import CSynCUDAKernels

/// The texts that kernels are compiled from: those of `CUDAKernels`, or a test's own.
package struct KernelSources: Sendable {
    /// The text of a file, by its name without ending.
    package let text: @Sendable (String) -> String?
    /// What the files include, by name.
    package let headers: [String: String]

    package init(headers: [String: String], text: @escaping @Sendable (String) -> String?) {
        (self.headers, self.text) = (headers, text)
    }

    package static let ours = KernelSources(headers: ["device.h": embedded("device.h") ?? ""], text: embedded)

    @Sendable private static func embedded(_ name: String) -> String? {
        cuda_kernel_source(name).map { String(cString: $0) }
    }
}
