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

/// A command that can be asked to compute reproducibly, which must be settled before anything else is done.
protocol ChoosesPrecision {
    /// Every precision that it is asked for.
    func precisions() throws -> [PrecisionSetting]
    func deviceOfModels() throws -> DeviceSetting
}

extension ChoosesPrecision {
    func deviceOfModels() throws -> DeviceSetting { .cpu }

    func settlePrecision() throws {
        if try precisions().contains(.reproducible) { try ReproducibleArithmetic.settle(on: deviceOfModels()) }
    }
}

extension Encode: ChoosesPrecision {
    func precisions() -> [PrecisionSetting] { [computing.precision] }
}

extension Score: ChoosesPrecision {
    func precisions() -> [PrecisionSetting] { [computing.precision] }
}

extension Similarity: ChoosesPrecision {
    func precisions() -> [PrecisionSetting] { [study.computing.precision] }
}

extension Words: ChoosesPrecision {
    func precisions() -> [PrecisionSetting] { [study.computing.precision] }
}

extension Geometry: ChoosesPrecision {
    func precisions() -> [PrecisionSetting] { [study.computing.precision] }
}

extension StudyText: ChoosesPrecision {
    func precisions() -> [PrecisionSetting] { [study.computing.precision] }
}

extension GLUE: ChoosesPrecision {
    func precisions() throws -> [PrecisionSetting] { [try glue.precision()] }
}

extension StudyGLUE: ChoosesPrecision {
    func precisions() throws -> [PrecisionSetting] { [try glue.precision()] }
}

extension Generate: ChoosesPrecision {
    func precisions() -> [PrecisionSetting] { [computing.precision] }
    func deviceOfModels() -> DeviceSetting { device }
}

extension Probe: ChoosesPrecision {
    func precisions() throws -> [PrecisionSetting] { try options.precisions() }
    func deviceOfModels() throws -> DeviceSetting { try options.read().device }
}

extension Train: ChoosesPrecision {
    func precisions() throws -> [PrecisionSetting] { try options.precisions() }
    func deviceOfModels() throws -> DeviceSetting { try options.read().device }
}

extension SettingsOptions {
    fileprivate func precisions() throws -> [PrecisionSetting] {
        let settings = try read()
        return [settings.precision, settings.scores.precision]
    }
}
