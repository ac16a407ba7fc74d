import ArgumentParser
import SynRuns

/// In which precision a command computes.
struct PrecisionOption: ParsableArguments {
    @Option(
        help: """
            f32, bf16, auto: bf16 where the processor is faster with it, or reproducible: f32, slower, the same to the \
            bit on every x86-64 processor with AVX2.
            """)
    var precision: PrecisionSetting = .f32
}

extension PrecisionSetting: ExpressibleByArgument {}

/// In which precisions a command is asked to compute, and on which device.
struct Computation {
    var precisions: [PrecisionSetting]
    var device = DeviceSetting.cpu
}

/// A command that can be asked to compute reproducibly, which must be settled before anything else is done.
protocol ChoosesPrecision {
    func computation() throws -> Computation
}

extension ChoosesPrecision {
    func settlePrecision() throws {
        let computation = try computation()
        if computation.precisions.contains(.reproducible) {
            try ReproducibleArithmetic.settle(on: computation.device)
        }
    }
}

extension Encode: ChoosesPrecision {
    func computation() -> Computation { Computation(precisions: [computing.precision]) }
}

extension Score: ChoosesPrecision {
    func computation() -> Computation { Computation(precisions: [computing.precision]) }
}

extension Generate: ChoosesPrecision {
    func computation() -> Computation { Computation(precisions: [computing.precision], device: device) }
}

/// A command of the text studies.
protocol StudiesTexts: ChoosesPrecision {
    var study: StudyOptions { get }
}

extension StudiesTexts {
    func computation() -> Computation { Computation(precisions: [study.computing.precision]) }
}

extension Similarity: StudiesTexts {}
extension Words: StudiesTexts {}
extension Geometry: StudiesTexts {}
extension StudyText: StudiesTexts {}

extension GLUE: ChoosesPrecision {
    func computation() throws -> Computation { Computation(precisions: [try glue.precision()]) }
}

extension StudyGLUE: ChoosesPrecision {
    func computation() throws -> Computation { Computation(precisions: [try glue.precision()]) }
}

extension Probe: ChoosesPrecision {
    func computation() throws -> Computation { try options.computation() }
}

extension Train: ChoosesPrecision {
    func computation() throws -> Computation { try options.computation() }
}

extension SettingsOptions {
    fileprivate func computation() throws -> Computation {
        let settings = try read()
        return Computation(precisions: [settings.precision, settings.scores.precision], device: settings.device)
    }
}
