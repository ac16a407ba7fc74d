import Foundation
import SynTensors

/// One order of sums on every x86-64 processor, at its price: what `precision: reproducible` asks for.
///
/// Everything is computed in Float32 with the kernels of class `avx2`, to which oneDNN and OpenBLAS keep too; LAPACK
/// works with one thread. So the numbers depend neither on which x86-64 processor with AVX2 computes nor on the number
/// of threads. Other versions of the libraries, processors of other kinds and GPUs are not promised to agree.
package enum ReproducibleArithmetic {
    private static let kind = ProcessorClass.avx2

    /// What the libraries read of their surroundings before they are loaded.
    package static let variables = [
        "SYNESTHESIA_ISA": kind.rawValue, "OPENBLAS_CORETYPE": LibraryVariables.cores[kind] ?? "",
        "OPENBLAS_NUM_THREADS": "1",
    ]

    /// Whether this process computes so.
    private static var isHere: Bool { isSet(in: ProcessInfo.processInfo.environment) && ProcessorClass.here == kind }

    /// Starts the program once more where it does not compute so yet. To be called before anything is computed and
    /// before ranks meet.
    ///
    /// Throws a sentence where the device or the processor cannot.
    package static func settle(on device: DeviceSetting) throws {
        try check(on: device)
        guard !isHere else { return }
        LibraryVariables.restart(with: variables)
        throw UserError(
            .settings,
            "precision reproducible needs the program to start itself once more, which failed; start it with "
                + variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))
    }

    package static func check(on device: DeviceSetting) throws {
        if device != .cpu {
            throw UserError(
                .settings,
                "precision reproducible is computed on the CPU, and device is \(device.rawValue); use device cpu, or "
                    + "precision f32")
        }
        if !ProcessorClass.available.contains(kind) {
            throw UserError(
                .settings,
                "precision reproducible means the sums of x86-64 processors with AVX2, which this one "
                    + "(\(ProcessorClass.here.rawValue)) is not; use precision f32")
        }
    }

    package static func isSet(in environment: [String: String]) -> Bool {
        variables.allSatisfy { environment[$0.key] == $0.value }
    }
}
