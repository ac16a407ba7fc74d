import SynEmbedding
import SynMetrics

/// A CLIP that says how well pictures and captions agree (CLIP-Score, Hessel et al. 2021): 100 times the cosine of
/// their vectors, not clamped, as in Chen et al. 2023.
public struct CLIPJudge: Sendable {
    private let judge: CLIPScore

    /// A folder of a whole CLIP with its tokenizer, or `org/name[@revision]` in the shared Hugging Face cache.
    public init(_ model: String) throws(SynesthesiaError) {
        judge = try explained {
            try CLIPScore(folder: modelFolder(model))
        }
    }

    /// The score of each picture with the caption at the same place, −100...100; captions beyond the model's context
    /// lose their end.
    public func scores(_ pictures: [Picture], _ captions: [String]) throws(SynesthesiaError) -> [Double] {
        guard pictures.count == captions.count else {
            throw SynesthesiaError(
                .settings, "there are \(pictures.count) pictures for \(captions.count) captions; they must be as many")
        }
        return try explained { try judge.scores(pictures.map(\.image), captions).scores }
    }
}
