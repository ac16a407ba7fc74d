import CSynCUDAKernels

/// A file of our kernels, as it is compiled.
struct OurKernel: Sendable {
    let file: String
    /// 0 where the file does not depend on it.
    let headSize: Int
}

/// All of them; those for heads in a size that is a multiple of 16 and one that is not.
let ourKernels: [OurKernel] = {
    var kernels: [OurKernel] = []
    var index: Int32 = 0
    while let name = cuda_kernel_file(index) {
        let sizes = cuda_kernel_needs_head_size(name) == 0 ? [0] : [64, 104]
        kernels += sizes.map { OurKernel(file: String(cString: name), headSize: $0) }
        index += 1
    }
    return kernels
}()
