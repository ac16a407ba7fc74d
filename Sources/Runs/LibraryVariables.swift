import Foundation
import SynTensors

/// What the numerical libraries read of their surroundings when they are loaded: how the threads of oneDNN's OpenMP
/// pool wait for work, and to which instructions OpenBLAS keeps.
package enum LibraryVariables {
    /// Sets what the user did not: idle threads spin for some ten microseconds and then sleep, and OpenBLAS keeps to
    /// the class of processors that `SYNESTHESIA_ISA` names (oneDNN is told when it is first used).
    ///
    /// Threads that sleep at once are woken again between any two products of a small network: an adapter's training
    /// step then takes half as long again. Threads that spin on, as the runtime's default lets them for milliseconds,
    /// are no better than asleep on a machine of one's own, and on a busy one they spin through whole time slices
    /// while those they wait for are not running: three trainings side by side take seven times as long.
    ///
    /// Libraries read their variables when they are loaded, so the program starts itself once more with them set. Open
    /// files stay open. To be called before anything else.
    package static func settle() {
        let limit = ProcessorClass.isLimited ? ProcessorClass.here : nil
        let missing = Self.missing(in: ProcessInfo.processInfo.environment, limit: limit)
        if !missing.isEmpty { restart(with: missing) }
    }

    /// Starts the program once more with variables set. Returns only where there is no `/proc` to start it from.
    package static func restart(with variables: [String: String]) {
        for (name, value) in variables { setenv(name, value, 1) }
        var arguments: [UnsafeMutablePointer<CChar>?] = (0..<Int(CommandLine.argc)).map {
            CommandLine.unsafeArgv[$0].flatMap { strdup($0) }
        }
        arguments.append(nil)
        execv("/proc/self/exe", arguments)
        for argument in arguments { free(argument) }
    }

    /// The variables to be set beside the given ones, where the best class to be used is `limit`.
    package static func missing(in environment: [String: String], limit: ProcessorClass?) -> [String: String] {
        var missing: [String: String] = [:]
        if environment["OMP_WAIT_POLICY"] == nil, environment["GOMP_SPINCOUNT"] == nil {
            missing["GOMP_SPINCOUNT"] = "1000"
        }
        if environment["OPENBLAS_CORETYPE"] == nil, let core = limit.flatMap({ cores[$0] }) {
            missing["OPENBLAS_CORETYPE"] = core
        }
        return missing
    }

    /// OpenBLAS's names of processors, by the best class that each belongs to.
    static let cores: [ProcessorClass: String] = [
        .generic: "Nehalem", .avx2: "Haswell", .avx512: "SkylakeX", .avx512bf16: "Cooperlake", .neon: "ARMV8",
    ]
}
