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

    package static let ours = KernelSources(headers: embeddedHeaders()) { name in
        cuda_kernel_source(name).map { String(cString: $0) }
    }

    private static func embeddedHeaders() -> [String: String] {
        var headers: [String: String] = [:]
        var text: UnsafePointer<CChar>?
        while let name = cuda_kernel_header(Int32(headers.count), &text), let text {
            headers[String(cString: name)] = String(cString: text)
        }
        return headers
    }
}
