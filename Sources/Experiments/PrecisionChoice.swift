import Checkpoints
import Tensors

extension ProbeSettings.Precision {
    /// `auto` means bf16 where the processor computes with it natively.
    public var resolved: Precision {
        switch self {
        case .auto: Processor.hasNativeBFloat16 ? .bfloat16 : .float32
        case .bf16: .bfloat16
        case .f32: .float32
        }
    }

    /// What is computed with, as records say it.
    public var told: String { resolved == .bfloat16 ? "bf16" : "f32" }

    /// The same, and that `auto` chose it, where it did.
    public var recorded: String { self == .auto ? "\(told) (auto: \(Self.reason))" : told }

    /// Why `auto` means what it means here.
    static var reason: String {
        Processor.hasNativeBFloat16
            ? "the processor multiplies bf16 natively (avx512_bf16)"
            : "the processor has no native bf16 products (avx512_bf16)"
    }

    /// What `auto` chose and why; nil where a person chose. It looks at the processor and measures nothing.
    public var remark: String? {
        self == .auto ? "precision auto is \(told) here, because \(Self.reason); precision f32 or bf16 chooses" : nil
    }
}
