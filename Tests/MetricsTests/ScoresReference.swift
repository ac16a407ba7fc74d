import Foundation
import SynCheckpoints
import SynImages
import SynTensors
import TestSupport

/// What torch-fidelity, scipy, torchmetrics and transformers say: made by `Tests/Fixtures/scores/make.py`.
struct ScoresReference: Decodable {
    struct Distance: Decodable, CustomStringConvertible {
        let name: String
        /// By singular values of the centred sets, without covariances.
        let exact: Double
        /// By the package, with features in double and in single precision.
        let torch_fidelity, torch_fidelity_single: Double
        /// Only where both covariances are regular.
        let scipy: Double?

        var description: String { name }
    }
    struct Inception: Decodable {
        var name: String?
        let gain: Float
        let splits: Int
        let mean, deviation: Double
        let order: [Int]
    }
    struct Pictures: Decodable { let standard, published: Inception; let distance: Double }
    struct CLIP: Decodable {
        let captions: [String]
        let scores: [Double]
        let truncated: Int
        /// By torchmetrics, for some rows.
        let torchmetrics: [Int: Double]
    }

    let distances: [Distance]
    let inception_scores: [Inception]
    let inception: Pictures
    let clip: CLIP

    init() throws {
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: Fixture.url("scores/scores.json")))
    }

    static func tensor(_ name: String) throws -> Tensor {
        try SafetensorsFile(Fixture.url("scores/pictures.safetensors")).tensor(name)
    }

    static func features(_ name: String) throws -> Tensor {
        try SafetensorsFile(Fixture.url("scores/features.safetensors")).tensor(name)
    }

    /// Bytes kept as numbers: [pictures, height, width, 3].
    static func pictures(_ name: String) throws -> [Image] {
        Image.images(from: try tensor(name).converted(to: .float32), range: .byte)
    }
}

/// |actual − expected| / |expected|, printed.
func relativeError(_ actual: Double, _ expected: Double, _ what: String) -> Double {
    let error = abs(actual - expected) / abs(expected)
    print("\(what): \(actual), relative error \(error)")
    return error
}
