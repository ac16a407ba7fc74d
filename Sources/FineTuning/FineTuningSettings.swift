import Foundation
import SynRuns
import Yams

/// How encoders are fine-tuned: what Chen et al. (2023, section 3) say, and their released code where they do not.
package struct FineTuningSettings: Sendable, Equatable, Codable {
    package var batch = 32
    /// Most ids of an example.
    package var length = 128
    package var learningRate = 2e-5
    /// Passes over the training set; nil: five for MRPC, three for all others.
    package var epochs: Int?
    /// The share of the steps over which the rate rises from 0; it then falls on a straight line to 0.
    package var warmup = 0.0
    /// Of matrices; biases and norms never decay.
    package var weightDecay = 0.0
    package var gradientNorm = 1.0
    /// Of states and of shares of attention, in encoder and head; in CLIP nothing drops out in the encoder.
    package var dropout = 0.1
    /// Before CLIP's projection; the published checkpoints' settings say 0.
    package var clipDropout = 0.0
    /// Examples of a batch that are computed together; nil: all. Smaller parts need less memory.
    package var microBatch: Int?
    /// How often in an epoch the development set is measured for the learning curve, its end included.
    package var evaluations = 1
    /// Of the layers' products in training; weights, gradients, moments, norms and attention are Float32, and answers
    /// are computed in it.
    package var precision = PrecisionSetting.f32

    package init() {}

    /// For the drawn world's encoders, which have a few hundred thousand weights: wider steps, and more of them.
    package static let miniature: FineTuningSettings = {
        var settings = FineTuningSettings()
        (settings.learningRate, settings.epochs, settings.warmup) = (1e-3, 4, 0.1)
        return settings
    }()
}

extension FineTuningSettings: SettingsGroup {
    package mutating func fields(_ form: inout SettingsForm) throws {
        try form.field("batch", &batch, .within(.batch))
        try form.field("length", &length, .within(.exampleLength))
        try form.field("learning-rate", &learningRate, .within(.fineTuningRate))
        try form.field("epochs", &epochs, .within(.epochs))
        try form.field("warmup", &warmup, .within(.share))
        try form.field("weight-decay", &weightDecay, .within(.weightDecay))
        try form.field("gradient-norm", &gradientNorm, .within(.gradientNorm))
        try form.field("dropout", &dropout, .within(.dropout))
        try form.field("clip-dropout", &clipDropout, .within(.dropout))
        try form.field("micro-batch", &microBatch, .within(.batch))
        try form.field("evaluations", &evaluations, .within(.evaluations))
        try form.field("precision", &precision)
    }

    /// Reads a YAML file, or starts from `base` where there is none, and applies overrides such as
    /// `learning-rate=3e-5`.
    ///
    /// Unknown keys, wrong types and values out of range are errors that name the key.
    package init(
        file path: String? = nil, overrides: [String] = [], base: FineTuningSettings = FineTuningSettings()
    ) throws {
        self = base
        guard path != nil || !overrides.isEmpty else { return }
        var (source, tree) = ("--set", base.node)
        if let path {
            source = path
            let bytes = try InputFile.bytes(path, purpose: "a settings file such as Samples/glue.yaml")
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw UserError(.badData, "\(path) is not UTF-8 text; convert it, for example with iconv")
            }
            tree = try Self.parse(text, path)
            guard tree.mapping != nil else {
                throw UserError(.settings, "\(path): the file must be a group of keys; write one KEY: VALUE a line")
            }
        }
        // What is left open is as good as not given.
        var pairs = (tree.mapping.map { Array($0) } ?? []).filter { $0.value.scalar?.string != "null" }
        for override in overrides {
            let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw UserError(.settings, "--set \(override): write KEY=VALUE, for example learning-rate=3e-5")
            }
            let given = try Self.parse(parts[1], "--set \(override)")
            // Without the line it stood on, which is no line of a file.
            let value = given.scalar.map { Node.scalar(.init($0.string, $0.tag, $0.style)) } ?? given
            pairs.removeAll { $0.key.string == parts[0] }
            pairs.append((key: Node(parts[0]), value: value))
        }
        self = try Self(reading: Node(pairs.map { ($0.key, $0.value) }), at: "", source: source)
    }

    /// The settings with every default written out; reading them gives the same again.
    package var yaml: String {
        get throws { try Yams.serialize(node: node, width: -1, allowUnicode: true) }
    }

    private static func parse(_ text: String, _ source: String) throws -> Node {
        do {
            return try Yams.compose(yaml: text) ?? Node([(Node, Node)]())
        } catch {
            throw UserError(.settings, "\(source): not readable as YAML; write one KEY: VALUE a line")
        }
    }

    /// Passes over a task's training set.
    package func epochs(of task: TextTask) -> Int { epochs ?? task.epochs }
}

extension NumberRange where Value == Int {
    /// Ids of one example, special ones included.
    package static var exampleLength: NumberRange { NumberRange(4...100_000, "from 4 to 100000") }
    package static var evaluations: NumberRange { NumberRange(1...1000, "from 1 to 1000") }
}

extension NumberRange where Value == Double {
    /// A wider step moves every weight of an encoder further than weights are large.
    package static var fineTuningRate: NumberRange { NumberRange(1e-12...0.1, "from 1e-12 to 0.1") }
    package static var share: NumberRange { NumberRange(0...1, "from 0 to 1") }
    package static var gradientNorm: NumberRange { NumberRange(1e-6...1e6, "from 1e-6 to 1e6") }
}
