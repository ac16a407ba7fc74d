import Foundation
import SynTensors

/// The machine and the settings of its surroundings that can change a result or its speed.
///
/// It holds no host name, no user name beyond the cache's path, and never an access token.
package struct Machine: Sendable, Encodable {
    package let version: String
    package let compiler: String
    package let system: String
    package let processor: String
    /// Vector instructions that the numerical libraries choose between.
    package let features: [String]
    /// The class whose kernels of our own compute: the best that the processor has, or that SYNESTHESIA_ISA allows.
    package let kernels: String
    package let cores: Int
    /// How many the networks compute with.
    package let threads: Int
    package let oneDNN: String
    /// Whether products in bf16 run natively.
    package let nativeBFloat16: Bool
    package let memoryBytes: UInt64
    package let cache: String
    /// The variables that are set, among those that the command or its libraries look at.
    package let variables: [String: String]

    /// - Parameter environment: the variables of the process.
    package init(version: String, environment: [String: String], cache: String) {
        self.version = version
        self.cache = cache
        let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let fields = Self.fields(ofProcessorInformation: information)
        processor = fields["model name"] ?? Self.architecture
        let flags = Set((fields["flags"] ?? fields["Features"] ?? "").split(separator: " ").map(String.init))
        features = Self.telling.filter(flags.contains)
        kernels = ProcessorClass.here.rawValue
        compiler = "Swift \(Self.compilerVersion) or newer, \(Self.architecture)"
        system = ProcessInfo.processInfo.operatingSystemVersionString
        cores = ProcessInfo.processInfo.activeProcessorCount
        threads = Threads.count
        oneDNN = Processor.oneDNNVersion
        nativeBFloat16 = Processor.hasNativeBFloat16
        memoryBytes = ProcessInfo.processInfo.physicalMemory
        variables = environment.filter { Self.isShown($0.key) }
    }

    /// Whether this process may use every core of the machine: nobody gave it some of its own.
    package static var isWhole: Bool {
        ProcessInfo.processInfo.activeProcessorCount == ProcessInfo.processInfo.processorCount
    }

    /// The processor, and the class whose kernels computed, as records of runs have them.
    package var recorded: String { "\(processor), class \(kernels)" }

    /// Throws a sentence where SYNESTHESIA_ISA names no class of processors, or one that this processor does not have.
    package static func checkLimit() throws {
        guard let name = ProcessorClass.unknownLimit else { return }
        let classes = ProcessorClass.available.map(\.rawValue).joined(separator: ", ")
        let wrong =
            ProcessorClass(rawValue: name) == nil
            ? "which is no class of processors" : "a class that this processor does not belong to"
        throw UserError(
            .settings, "SYNESTHESIA_ISA is '\(name.prefix(40))', \(wrong); it can be one of \(classes) here, or unset.")
    }

    /// The same as pairs for a person, in reading order.
    package var lines: [(name: String, value: String)] {
        let facts = [
            ("synesthesia", version), ("compiler", compiler), ("system", system), ("processor", processor),
            ("features", features.isEmpty ? "none of those looked for" : features.joined(separator: " ")),
            ("kernels", kernels + (ProcessorClass.isLimited ? ", the best that SYNESTHESIA_ISA allows" : "")),
            ("cores", "\(cores)"), ("threads", "\(threads)"), ("oneDNN", oneDNN),
            ("precision auto", "\(PrecisionSetting.auto.told), because \(PrecisionSetting.reason)"),
            ("memory", "\(memoryBytes >> 20) MiB"), ("model cache", cache),
        ]
        return facts + variables.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The first processor's `name : value` lines of `/proc/cpuinfo`.
    private static func fields(ofProcessorInformation text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty { break }
            let parts = line.split(separator: ":", maxSplits: 1)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        return fields
    }

    private static let telling = [
        "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx_vnni", "avx512_bf16",
        "avx512_fp16", "amx_tile", "amx_bf16", "amx_int8", "asimd", "asimdhp", "asimddp", "bf16", "i8mm", "sve", "sve2",
    ]

    /// Names that matter, less those that could hold a secret.
    private static func isShown(_ name: String) -> Bool {
        let upper = name.uppercased()
        if ["TOKEN", "SECRET", "PASSWORD", "KEY"].contains(where: upper.contains) { return false }
        let prefixes = [
            "SYNESTHESIA_", "HF_", "HUGGINGFACE_", "OMP_", "OPENBLAS_", "DNNL_", "ONEDNN_", "GOMP_", "KMP_",
        ]
        return prefixes.contains(where: upper.hasPrefix)
            || ["XDG_CACHE_HOME", "TRANSFORMERS_OFFLINE", "NO_COLOR"].contains(upper)
    }

    #if arch(x86_64)
        private static let architecture = "x86-64"
    #elseif arch(arm64)
        private static let architecture = "arm64"
    #else
        private static let architecture = "another processor"
    #endif

    #if compiler(>=6.4)
        private static let compilerVersion = "6.4"
    #elseif compiler(>=6.3)
        private static let compilerVersion = "6.3"
    #else
        private static let compilerVersion = "6.2"
    #endif
}
