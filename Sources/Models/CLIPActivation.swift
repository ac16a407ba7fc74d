import Foundation
import SynCheckpoints

/// The activation of a CLIP with OpenAI's names. Its tensors do not tell it, and the wrong one gives plausible vectors.
package enum CLIPActivation: String, Sendable, CaseIterable {
    /// x·σ(1.702x): OpenAI's own models, and those that open_clip calls `-quickgelu`.
    case quickGELU = "quick_gelu"
    /// The exact one: open_clip's other models.
    case gelu

    /// What counts, which is told as a remark: what is beside or in the checkpoint, or else what was `given`.
    static func chosen(
        _ given: CLIPActivation?, settings: OpenCLIPSettings?, classes: Set<Substring>, at place: URL
    ) throws -> CLIPActivation {
        let told: (CLIPActivation, String)?
        if let settings {
            told = (settings.quickGELU ? .quickGELU : .gelu, OpenCLIPSettings.fileName)
        } else if classes.contains("QuickGELU") {
            told = (.quickGELU, "the program in it")
        } else if classes.contains("GELU") {
            told = (.gelu, "the program in it")
        } else {
            told = nil
        }
        if let told, let given, told.0 != given {
            throw ModelError(
                "\(place.path): the activation \(given.rawValue) was asked for, but \(told.1) says \(told.0.rawValue).")
        }
        guard let (activation, source) = told ?? given.map({ ($0, "as was asked for") }) else {
            throw ModelError(
                "\(place.path) does not tell its activation, and no tensor does: give --activation quick_gelu for a "
                    + "model of "
                    + "OpenAI's or one that open_clip calls -quickgelu, --activation gelu for open_clip's others (in "
                    + "settings: "
                    + "activation), or put its open_clip_config.json beside it.", .settings)
        }
        Remarks.tell("\(place.path): activations are \(activation.rawValue) (\(source))")
        return activation
    }

    /// Throws when an activation was given for a model that has settings of its own.
    static func requireNone(_ given: CLIPActivation?, at place: URL) throws {
        guard let given, ConfigurationFile.exists(in: place) else { return }
        throw ModelError(
            "\(place.path): the activation \(given.rawValue) was asked for, but this model's config.json tells its "
                + "own; leave it away.",
            .settings)
    }
}
