/// One drawn picture: a line of `samples.jsonl`.
package struct SampleRecord: Codable, Sendable, Equatable {
    /// The portrait's number and which of its captions.
    package let number: Int
    package let caption: Int
    /// From 1 for further pictures of the same caption; nil for the first.
    package let copy: Int?
    package let text: String
    /// The picture's file, below the folder of `samples.jsonl`.
    package let file: String
    package var clipScore: Double?
    /// Statements of the caption that the picture bears out, and all its statements.
    package var attributesRight: Int?
    package var attributesStated: Int?
    /// What the second judge says, 100·cos.
    package var secondClipScore: Double?
    /// Of the caption's own portrait: how many bits fewer the decoder needs for its tokens with the caption's prefix
    /// than without one.
    package var bitsSaved: Double?
    /// The reader's probability of each attribute, by CelebA's name, to four digits; nil without a reader and in files
    /// from before it was kept.
    package var attributes: [String: Double]?

    package init(
        number: Int, caption: Int, copy: Int = 0, text: String, file: String, clipScore: Double? = nil,
        attributesRight: Int? = nil,
        attributesStated: Int? = nil
    ) {
        (self.number, self.caption, self.text, self.file) = (number, caption, text, file)
        self.copy = copy == 0 ? nil : copy
        (self.clipScore, self.attributesRight, self.attributesStated) = (clipScore, attributesRight, attributesStated)
    }

    enum CodingKeys: String, CodingKey {
        case number, caption, copy, text, file, attributes
        case clipScore = "clip_score"
        case attributesRight = "attributes_right"
        case attributesStated = "attributes_stated"
        case secondClipScore = "second_clip_score"
        case bitsSaved = "bits_saved"
    }
}
