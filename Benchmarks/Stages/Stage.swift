import Foundation
import SynCheckpoints
import SynModels

/// One part of the probe that takes time, at either size: what `stage` and `swift package benchmark` measure.
///
/// A stage is prepared once (weights, inputs) and then run as often as one likes; a run takes its own time.
public struct Stage: Sendable {
    /// As written on the command line: `train`, `vqgan-decode`.
    public let name: String
    /// What one second is divided by.
    public let unit: Unit
    /// How many units are computed together unless somebody says.
    public let usualBatch: Int
    /// What kind of arithmetic its time goes into, which is the ceiling it is held against.
    public let arithmetic: Ceilings.Arithmetic
    let body: @Sendable (Setting) throws -> Preparation

    /// What a stage makes or reads one after another.
    public enum Unit: String, Sendable, Encodable {
        case sample, picture, caption, pair
    }

    /// How a stage is to be run.
    public struct Setting: Sendable {
        /// Which models.
        public let size: Size
        let precision: Precision
        /// Whether the transformer draws with its weights rounded to whole numbers of eight bits.
        private(set) var roundsWeights = false
        /// Units computed together.
        public let batch: Int
        /// Of `sample`: how many of a picture's steps are timed; all of them if not said.
        public let steps: Int?

        init(size: Size, precision: Precision, batch: Int, steps: Int? = nil) {
            precondition(batch > 0 && steps ?? 1 > 0, "a stage computes at least one unit in at least one step")
            (self.size, self.precision, self.batch, self.steps) = (size, precision, batch, steps)
        }

        /// The same with the precision as the command line names it: `f32`, `bf16`, or `int8`, which is bf16 with
        /// rounded weights.
        public init(size: Size, precisionName: String, batch: Int, steps: Int? = nil) throws {
            let rounds = precisionName == "int8"
            self.init(
                size: size, precision: try Precision(shortName: rounds ? "bf16" : precisionName), batch: batch,
                steps: steps)
            roundsWeights = rounds
        }

        /// `f32`, `bf16` or `int8`.
        public var precisionName: String { roundsWeights ? "int8" : precision.shortName }

        /// Bytes of one element of a frozen matrix.
        var weightWidth: Int { roundsWeights ? 1 : precision == .float32 ? 4 : 2 }
    }

    /// The miniature models of this repository, or random frozen weights of the published sizes.
    public enum Size: String, Sendable, CaseIterable, Encodable {
        case miniature, full
    }

    /// A stage with everything ready.
    public struct Preparation: Sendable {
        /// What one unit asks of the machine.
        public let work: Work
        /// Runs once and tells the seconds per unit.
        public let run: @Sendable () throws -> Double

        /// Seconds per unit, the mean of as many runs as make up a fifth of a second: a small model's single run is
        /// too short to be told from what else the machine does.
        public func time() throws -> Double {
            var times: [Double] = []
            let start = ContinuousClock.now
            repeat { times.append(try run()) } while ContinuousClock.now - start < .milliseconds(200)
            return times.reduce(0, +) / Double(times.count)
        }
    }

    /// Makes weights and inputs ready. Throws for what this stage does not know, and for models that cannot be read.
    public func prepare(_ setting: Setting) throws -> Preparation {
        guard !setting.roundsWeights || name == Stage.sample.name else {
            throw StageError("Only \(Stage.sample.name) knows weights in int8; \(name) is measured in f32 and bf16.")
        }
        return try body(setting)
    }

    /// All of them, in the order of a caption's way.
    public static let all: [Stage] =
        CaptionStages.all + [vqganEncode, train, sample, vqganDecode, clipScore, inception]

    /// The stage of a name; an error that lists the names if there is none.
    public static func named(_ name: String) throws -> Stage {
        guard let stage = all.first(where: { $0.name == name }) else {
            throw StageError("There is no stage \(name); the stages are \(all.map(\.name).joined(separator: ", ")).")
        }
        return stage
    }
}

/// Why something cannot be measured, as a sentence.
public struct StageError: Error, CustomStringConvertible, Sendable {
    /// The sentence.
    public let description: String

    init(_ description: String) { self.description = description }
}

extension Precision {
    /// By the short name of the command line: `f32`, `bf16`.
    init(shortName: String) throws {
        let names = ["f32": "float32", "bf16": "bfloat16"]
        guard let precision = Precision(rawValue: names[shortName] ?? shortName) else {
            let known = Precision.allCases.map(\.shortName).joined(separator: ", ")
            throw StageError("Weights cannot be kept in \(shortName); what can be measured is \(known).")
        }
        self = precision
    }

    var shortName: String {
        switch rawValue {
        case "float32": "f32"
        case "bfloat16": "bf16"
        default: rawValue
        }
    }
}

/// Seconds that a body takes.
package func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    let time = (ContinuousClock.now - start).components
    return Double(time.seconds) + Double(time.attoseconds) * 1e-18
}
