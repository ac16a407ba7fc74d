import CSynCUDA

extension cuda_driver {
    /// A status as the driver says it: "CUDA_ERROR_ILLEGAL_ADDRESS (an illegal memory access was encountered)".
    package func words(for status: Int32) -> String {
        var text: UnsafePointer<CChar>?
        guard error_name(status, &text) == 0, let name = text.map({ String(cString: $0) }) else {
            return "the status \(status)"
        }
        guard error_text(status, &text) == 0, let sentence = text.map({ String(cString: $0) }), sentence != name else {
            return name
        }
        return "\(name) (\(sentence))"
    }

    /// What a person can do about a status; nil where nothing is known.
    package static func remedy(for status: Int32) -> String? {
        switch Int(status) {
        case CUDA_OUT_OF_MEMORY:
            "the GPU's memory is not enough: take a smaller batch, or end other programs that use it (nvidia-smi lists"
                + " them)"
        case CUDA_DEVICE_UNAVAILABLE:
            "another program has the GPU for itself, or it is lost: look at nvidia-smi, then run the same command"
                + " again"
        case CUDA_ECC_UNCORRECTABLE, CUDA_LAUNCH_FAILED, CUDA_SYSTEM_NOT_READY, CUDA_UNKNOWN:
            "the GPU is lost or its driver has stopped: look at nvidia-smi, then run the same command again"
        case CUDA_NO_BINARY_FOR_GPU, CUDA_UNSUPPORTED_PTX_VERSION:
            "NVRTC and the driver are of different ages: update the driver, or install an NVRTC of its CUDA"
        case CUDA_STUB_LIBRARY:
            "libcuda.so.1 is the toolkit's stub and not the driver's: take its folder out of LD_LIBRARY_PATH"
        case CUDA_SYSTEM_DRIVER_MISMATCH:
            "the driver was updated while it was loaded: restart the machine"
        case CUDA_LAUNCH_TIMEOUT:
            "the system ended it because it took too long: use a GPU without a screen"
        case CUDA_ILLEGAL_ADDRESS, CUDA_ILLEGAL_INSTRUCTION, CUDA_MISALIGNED_ADDRESS, CUDA_INVALID_VALUE:
            "that is a mistake of this program: please report it with this sentence"
        default: nil
        }
    }

    /// What was asked for, what the driver said, what to do.
    package func sentence(_ deed: String, _ status: Int32) -> String {
        "\(deed) gave \(words(for: status))" + (Self.remedy(for: status).map { "; \($0)" } ?? "")
    }
}
