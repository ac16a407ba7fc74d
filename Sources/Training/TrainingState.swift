import Foundation
import SynCheckpoints
import SynFiles
import SynTensors

/// What a training needs to go on, in one safetensors file that notices damage: its metadata holds a hash of all
/// tensors and of the progress beside them.
package struct TrainingState {
    package static let name = "state.safetensors"

    package let progress: Progress
    package let tensors: [String: Tensor]

    /// The numbers of a training between two steps.
    package struct Progress: Codable {
        /// Equal for trainings that go through the same steps.
        let key: String
        /// Steps there are.
        let steps: Int
        /// Steps taken.
        let step: Int
        /// Time of the steps alone, over all sittings.
        let seconds: Double
        let schedule: RateSchedule
        let losses: LossMeter
        let bestValidation: Float?
        let lastValidation: Float?
        let log: TrainingLog.Mark

        /// Whether these can be the numbers of a training: a hash beside them says only that nobody changed them since.
        package var isSound: Bool {
            (0...max(steps, 0)).contains(step) && seconds.isFinite && seconds >= 0 && losses.isSound(after: step)
                && schedule.isSound
        }
    }

    /// Why a file cannot be used.
    package struct Unfit: Error {
        package let reason: String
    }

    static func write(_ tensors: [(name: String, tensor: Tensor)], _ progress: Progress, to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(progress), as: UTF8.self)
        let sum = checksum(Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) }), text)
        try writeSafetensors(tensors, metadata: ["progress": text, "sha256": sum], to: url)
    }

    /// Reads a state back. Throws `Unfit` for anything that `write` did not write.
    package init(_ url: URL) throws {
        guard let file = try? SafetensorsFile(url), let text = file.metadata["progress"],
            let sum = file.metadata["sha256"]
        else {
            throw Unfit(reason: "is no saved state")
        }
        let pairs = try file.names.map { name in
            guard let tensor = try? file.tensor(name), tensor.elementType == .float32 else {
                throw Unfit(reason: "is damaged")
            }
            return (name, tensor)
        }
        let tensors = Dictionary(pairs, uniquingKeysWith: { $1 })
        guard Self.checksum(tensors, text) == sum else { throw Unfit(reason: "is damaged") }
        // Whole, but with other numbers in it than are asked for here.
        guard let progress = try? JSONDecoder().decode(Progress.self, from: Data(text.utf8)), progress.isSound else {
            throw Unfit(reason: "was not saved by this version")
        }
        (self.progress, self.tensors) = (progress, tensors)
    }

    /// A tensor of exactly this shape.
    func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
        guard let tensor = tensors[name], tensor.shape == shape else { throw Unfit(reason: "is not of this training") }
        return tensor
    }

    private static func checksum(_ tensors: [String: Tensor], _ text: String) -> String {
        var hash = ContentHash()
        hash.add(part: text)
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            hash.add(part: "\(name) \(tensor.shape)")
            tensor.withFloats { hash.add(UnsafeRawBufferPointer($0)) }
        }
        return hash.hexadecimal
    }
}
