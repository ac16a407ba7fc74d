import Foundation
import SynCheckpoints
import SynEmbedding
import SynImages
import SynModels
import SynPortraits
import SynRuns
import SynTensors

/// Reads attributes off pictures: a small network that has seen drawn portraits and their attributes, and no
/// caption and no encoder. Only a drawn world has such a judge.
package struct AttributeReader: Sendable {
    private let network: InceptionV3
    private let folder: URL
    private let attributes: [PortraitAttribute]

    /// What the network's outputs say, in order: every attribute that can be seen.
    package static let attributes = PortraitAttribute.allCases.filter(\.isDrawn)

    /// The share of a caption's statements that a picture bears out.
    package struct Agreement: Sendable, Equatable {
        /// Statements found true, of all statements that the reader knows.
        package let right: Int
        package let stated: Int

        package var share: Double? { stated == 0 ? nil : Double(right) / Double(stated) }
    }

    /// A folder with an `InceptionV3` and `labels.json`, the attribute names of its outputs.
    package init(folder: URL, precision: Precision = .float32) throws {
        network = try InceptionV3(folder: folder, precision: precision)
        self.folder = folder
        let file = folder.modelFolder.appending(path: "labels.json")
        guard let bytes = FileManager.default.contents(atPath: file.path),
            let names = try? JSONDecoder().decode([String].self, from: bytes)
        else { throw UserError(.missing, "\(file.path) is missing or not a list of attribute names") }
        attributes = try names.map { name in
            guard let attribute = PortraitAttribute(name: name) else {
                throw UserError(.badData, "\(file.path): \"\(name)\" is not an attribute of CelebA")
            }
            return attribute
        }
        guard attributes.count == network.configuration.classCount else {
            throw UserError(
                .badData,
                "\(file.path) names \(attributes.count) attributes, but the network has "
                    + "\(network.configuration.classCount) outputs"
            )
        }
    }

    /// For each picture the probability of each attribute the reader knows.
    package func probabilities(_ images: [Image]) throws -> [[PortraitAttribute: Float]] {
        try batches(images, of: 32).flatMap { try probabilities(inputs: $0.map(input)) }
    }

    /// A picture as the network sees it; a large one need not be kept after that.
    package func input(_ image: Image) -> Tensor { InceptionScore.input(image, network.configuration) }

    /// The same for one batch of pictures that went through ``input(_:)``.
    package func probabilities(inputs: [Tensor]) throws -> [[PortraitAttribute: Float]] {
        let shares = network.features(of: concatenated(inputs, axis: 0)).logits.sigmoid().floats
        try NonFinite.refuse(shares, "an attribute's probability", model: folder)
        return inputs.indices.map { i in
            Dictionary(uniqueKeysWithValues: attributes.enumerated().map { ($1, shares[i * attributes.count + $0]) })
        }
    }

    /// How many of a caption's statements a picture bears out, at a probability of one half.
    package func agreement(_ caption: String, _ found: [PortraitAttribute: Float]) -> Agreement {
        var (right, stated) = (0, 0)
        for (attribute, isTrue) in CaptionMentions.read(caption) {
            guard let probability = found[attribute] else { continue }
            stated += 1
            if (probability > 0.5) == isTrue { right += 1 }
        }
        return Agreement(right: right, stated: stated)
    }

    /// 1 or 0 for each portrait and attribute, portraits first.
    package static func truth(_ portraits: [Portrait]) -> [Float] {
        portraits.flatMap { portrait in attributes.map { portrait.attributes[$0] ? 1 : 0 } }
    }
}
