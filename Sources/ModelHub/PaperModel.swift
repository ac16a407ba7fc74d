/// A model that the published experiment needs (protocol, section 1).
package struct PaperModel: Sendable {
    package enum Role: String, Sendable, Encodable { case encoder, scorer, decoder, inception }

    package let role: Role
    /// The repository, or the name of a ``PublishedModel``.
    package let name: String
    /// Its download, about: weights in Float32 (four bytes for each of the model's numbers) and little else.
    package let bytes: Int

    /// The eight encoders, the scorer, which is one of them, the decoder and the Inception network.
    package static let all: [PaperModel] =
        [
            ("bert-base-uncased", 440), ("bert-large-uncased", 1_345), ("roberta-base", 499), ("roberta-large", 1_422),
            ("openai/clip-vit-base-patch32", 605), ("openai/clip-vit-base-patch16", 599),
            ("openai/clip-vit-large-patch14", 1_711), ("openai/clip-vit-large-patch14-336", 1_712),
        ].map { PaperModel(role: .encoder, name: $0.0, bytes: $0.1 * 1_000_000) }
        + [
            PaperModel(role: .scorer, name: "openai/clip-vit-base-patch16", bytes: 599_000_000),
            published(.decoder, "taming/celebahq"), published(.inception, "inception"),
        ]

    private static func published(_ role: Role, _ name: String) -> PaperModel {
        PaperModel(role: role, name: name, bytes: PublishedModel.named(name)?.bytes ?? 0)
    }
}
