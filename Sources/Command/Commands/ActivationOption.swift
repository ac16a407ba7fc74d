import ArgumentParser
import SynModels

/// What commands are told that open a CLIP by its checkpoint alone.
struct ActivationOption: ParsableArguments {
    @Option(help: "For a CLIP checkpoint with OpenAI's names that does not tell its own: quick_gelu or gelu.")
    var activation: CLIPActivation?
}

extension CLIPActivation: ExpressibleByArgument {}
