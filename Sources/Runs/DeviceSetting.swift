import SynCUDA
import SynCheckpoints
import SynTensors

/// Where frozen networks are computed, as a settings file or a command line asks for it.
package enum DeviceSetting: String, CaseIterable, Sendable {
    case cpu
    /// The first GPU that the CUDA driver shows; CUDA_VISIBLE_DEVICES chooses another.
    case cuda

    /// The device, ready for work; nil for the CPU.
    ///
    /// Throws a sentence that says what is missing: a driver, a library, a GPU, or one that is new enough.
    package func open() throws -> (any Device)? {
        switch self {
        case .cpu: nil
        case .cuda: try CUDADevice.open()
        }
    }
}

extension PrecisionSetting {
    /// What is computed with there: `auto` means bf16 on a GPU, whose tensor cores multiply nothing faster that keeps
    /// single precision's range.
    package func resolved(on device: DeviceSetting) -> Precision {
        device == .cuda && self == .auto ? .bfloat16 : resolved
    }

    /// The same as records say it.
    package func recorded(on device: DeviceSetting) -> String {
        device == .cuda && self == .auto ? "bf16 (auto: a GPU's tensor cores)" : recorded
    }

    /// What `auto` chose and why; nil where a person chose, and on a GPU, where nobody would expect another choice.
    package func remark(on device: DeviceSetting) -> String? { device == .cuda ? nil : remark }
}
