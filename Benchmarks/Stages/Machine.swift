import SynCheckpoints
import SynRuns
import SynTensors

/// What the programs that measure stages must know of the machine and settle before they begin.
public enum Machine {
    /// Threads that compute.
    public static var threads: Int {
        get { Threads.count }
        set { Threads.count = newValue }
    }

    /// The libraries that compute, by name.
    public static var versions: [String: String] { ["oneDNN": Processor.oneDNNVersion] }

    /// The class of processors whose instructions are used, as `SYNESTHESIA_ISA` has it.
    public static var kernels: String { ProcessorClass.here.rawValue }

    /// Whether the processor multiplies bfloat16 numbers itself.
    public static var hasNativeBF16: Bool { Processor.hasNativeBFloat16 }

    /// Precisions as the command line names them: `f32`, `bf16`.
    public static var precisionNames: [String] { Precision.allCases.map(\.shortName) }

    /// Sets what the libraries read of their surroundings; may start the program once more. To be called first.
    public static func settle() { LibraryVariables.settle() }
}
