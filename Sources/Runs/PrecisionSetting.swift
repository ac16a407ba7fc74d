import SynCheckpoints
import SynTensors

/// In which precision frozen models are multiplied, as a settings file or a command line asks for it.
package enum PrecisionSetting: String, CaseIterable, Sendable, Codable, SettingsChoice {
    /// bf16 where the class of processor was measured to be faster with it.
    case auto
    case f32, bf16
    /// f32 in one order of sums on every x86-64 processor, see ``ReproducibleArithmetic``.
    case reproducible

    /// `auto` means bf16 for the classes of processors that were measured to be faster with it (`Kernels.h`).
    package var resolved: Precision {
        switch self {
        case .auto: ProcessorClass.prefersBFloat16 ? .bfloat16 : .float32
        case .bf16: .bfloat16
        case .f32, .reproducible: .float32
        }
    }

    /// What is computed with, as records say it.
    package var told: String {
        switch resolved {
        case .bfloat16: "bf16"
        case .float32: self == .reproducible ? "f32 reproducible" : "f32"
        }
    }

    /// The same, and that `auto` chose it, where it did.
    package var recorded: String { self == .auto ? "\(told) (auto: \(Self.reason))" : told }

    /// Why `auto` means what it means here.
    package static var reason: String {
        let here = ProcessorClass.here
        return switch here {
        case .amx, .avx512bf16:
            "processors of class \(here.rawValue) multiply bf16 natively and were measured to be faster with it"
        case .neonbf16:
            "bf16 products were not measured on processors of class \(here.rawValue)"
        case .avx512, .avx2, .neon:
            "processors of class \(here.rawValue) have no native bf16 products: only drawing few pictures is faster in "
                + "bf16, for its weights are half the bytes"
        case .generic: "processors of class \(here.rawValue) have no native bf16 products"
        }
    }

    /// What `auto` chose and why; nil where a person chose. It looks at the processor and measures nothing.
    package var remark: String? {
        self == .auto ? "precision auto is \(told) here, because \(Self.reason); precision f32 or bf16 chooses" : nil
    }
}
