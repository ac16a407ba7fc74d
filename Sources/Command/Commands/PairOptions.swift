import ArgumentParser
import SynRuns
import SynTraining

/// How the towers of a model learn to bring pairs together.
struct PairOptions: ParsableArguments {
    @Option(help: "Of a model with two towers: clip, cyclip, cloob, siglip, infoloob or hopfield.")
    var objective: PairTraining.Objective?

    @Option(
        parsing: .unconditional,
        help: """
            What cosines are multiplied with: learned, or a number that stays. (default: learned; of cloob, infoloob \
            and hopfield 30)
            """)
    var scale: PairTraining.Scale?

    @Option(
        parsing: .unconditional,
        help: "Portraits whose way back is kept at once: larger batches in the memory of this many, exactly.")
    var part: Int?

    func validate() throws {
        if let part { try NumberRange.batch.check(part, "--part") }
        if case .fixed(let value) = scale { try NumberRange.scale.check(value, "--scale") }
    }

    /// The model with what was asked for.
    func model(_ model: MiniatureModel) throws -> MiniatureModel {
        guard objective != nil || scale != nil || part != nil else { return model }
        guard let own = model.pairing else {
            throw ValidationError(
                "\(model.name) has not two towers; --objective, --scale and --part are for those that do, such as clip")
        }
        if let objective, own.objective != .clip, own.objective != objective {
            throw ValidationError("\(model.name) learns by \(own.objective.rawValue), not \(objective.rawValue)")
        }
        var changed = model
        if objective != nil || scale != nil {
            let pairing = PairTraining(objective ?? own.objective, scale: scale)
            guard let other = model.learning(pairing) else { return model }
            changed = other
        }
        changed.part = part ?? changed.part
        return changed
    }

    /// As a command repeats them.
    var given: [(String, String?)] {
        [("--objective", objective?.rawValue), ("--scale", scale?.description), ("--part", part.map(String.init))]
    }
}

extension PairTraining.Objective: ExpressibleByArgument {}

extension PairTraining.Scale: ExpressibleByArgument {
    /// "learned", or a number.
    public init?(argument: String) {
        if argument == "learned" {
            self = .learned
        } else if let value = Double(argument), value.isFinite {
            self = .fixed(value)
        } else {
            return nil
        }
    }
}
