/// How an encoder learned: the groups the probe compares.
package enum EncoderStyle: String, Codable, Sendable, CaseIterable {
    /// Trained on text alone (BERT, RoBERTa).
    case bert
    /// The text tower of a model trained on caption-picture pairs.
    case clip
    /// One fixed random vector per caption: the floor.
    case random
    /// No caption at all: the decoder without a prefix. What it draws is the floor that an encoder has to rise above.
    case noCaption = "none"

    /// As tables and legends name it.
    package var name: String {
        switch self {
        case .bert: "BERT-style"
        case .clip: "CLIP-style"
        case .random: "Random"
        case .noCaption: "No caption"
        }
    }

    /// Whether it knows nothing of captions' meaning.
    package var isBaseline: Bool { self == .random || self == .noCaption }
}

/// What was measured for one encoder and one seed.
package struct ScoreRecord: Codable, Sendable, Equatable {
    package var encoder: String
    package var style: EncoderStyle
    package var seed: UInt64
    /// Mean over all pairs of 100 · cosine(picture, caption); higher is better.
    package var clipScore: Double
    /// Caption-picture pairs behind the means.
    package var n: Int
    package var inceptionScore: InceptionScore?
    /// The Inception Score as the paper's released code computes it, on nearly black pictures.
    package var inceptionScoreAsPublished: InceptionScore?
    /// Fréchet Inception distance to real pictures; lower is better.
    package var fid: Double?
    /// The same on what the released code fed to the network.
    package var fidAsPublished: Double?
    /// Kernel Inception distance to real pictures, mean over subsets; lower is better, and it can be below zero.
    package var kid: Double?
    /// Share of pictures that look like real ones, and of real ones that pictures look like, 0 to 1.
    package var precision: Double?
    package var recall: Double?
    /// Share of the attributes a caption mentions that a classifier finds in its picture, 0 to 1.
    package var attributeScore: Double?
    /// Bits a picture that its caption saves the decoder, on portraits the adapter never saw.
    package var bitsSaved: Double?
    /// Mean of the second judge's 100 · cosine.
    package var secondClipScore: Double?
    package var validationLoss: ValidationLoss?
    /// Wall time of training, sampling and scoring together.
    package var seconds: Double?

    /// Mean and standard deviation over the splits. The deviation is a spread over splits of one set of
    /// pictures, not a confidence interval.
    package struct InceptionScore: Codable, Sendable, Equatable {
        package var mean: Double
        package var sd: Double

        package init(mean: Double, sd: Double) {
            self.mean = mean
            self.sd = sd
        }
    }

    /// In nats per image token, on captions the adapter was not trained on.
    package struct ValidationLoss: Codable, Sendable, Equatable {
        package var best: Double
        package var last: Double

        package init(best: Double, last: Double) {
            self.best = best
            self.last = last
        }
    }

    package init(
        encoder: String, style: EncoderStyle, seed: UInt64, clipScore: Double, n: Int,
        inceptionScore: InceptionScore? = nil, inceptionScoreAsPublished: InceptionScore? = nil,
        fid: Double? = nil, attributeScore: Double? = nil, bitsSaved: Double? = nil, secondClipScore: Double? = nil,
        validationLoss: ValidationLoss? = nil, seconds: Double? = nil
    ) {
        self.encoder = encoder
        self.style = style
        self.seed = seed
        self.clipScore = clipScore
        self.n = n
        self.inceptionScore = inceptionScore
        self.inceptionScoreAsPublished = inceptionScoreAsPublished
        self.fid = fid
        self.attributeScore = attributeScore
        self.bitsSaved = bitsSaved
        self.secondClipScore = secondClipScore
        self.validationLoss = validationLoss
        self.seconds = seconds
    }

    enum CodingKeys: String, CodingKey {
        case encoder, style, seed
        case clipScore = "clip_score"
        case n
        case inceptionScore = "inception_score"
        case inceptionScoreAsPublished = "inception_score_as_published"
        case fid, kid, precision, recall
        case fidAsPublished = "fid_as_published"
        case attributeScore = "attribute_score"
        case bitsSaved = "bits_saved"
        case secondClipScore = "second_clip_score"
        case validationLoss = "validation_loss"
        case seconds
    }
}

/// Real pictures with their own captions, measured like generated ones.
package struct GroundTruth: Codable, Sendable, Equatable {
    package var clipScore: Double
    package var n: Int
    package var attributeScore: Double?
    package var inceptionScore: ScoreRecord.InceptionScore?
    package var inceptionScoreAsPublished: ScoreRecord.InceptionScore?
    /// The same pictures after the VQGAN's encoder and decoder: what the decoder could draw at best.
    package var reconstruction: Reconstruction?

    package struct Reconstruction: Codable, Sendable, Equatable {
        package var clipScore: Double
        package var attributeScore: Double?
        package var inceptionScore: ScoreRecord.InceptionScore?
        package var inceptionScoreAsPublished: ScoreRecord.InceptionScore?
        /// To the same pictures before.
        package var fid: Double?
        package var fidAsPublished: Double?
        package var kid: Double?

        package init(clipScore: Double, attributeScore: Double?, inceptionScore: ScoreRecord.InceptionScore?) {
            (self.clipScore, self.attributeScore, self.inceptionScore) = (clipScore, attributeScore, inceptionScore)
        }

        enum CodingKeys: String, CodingKey {
            case clipScore = "clip_score"
            case attributeScore = "attribute_score"
            case inceptionScore = "inception_score"
            case inceptionScoreAsPublished = "inception_score_as_published"
            case fid, kid
            case fidAsPublished = "fid_as_published"
        }
    }

    package init(
        clipScore: Double, n: Int, attributeScore: Double? = nil,
        inceptionScore: ScoreRecord.InceptionScore? = nil, reconstruction: Reconstruction? = nil
    ) {
        self.reconstruction = reconstruction
        self.clipScore = clipScore
        self.n = n
        self.attributeScore = attributeScore
        self.inceptionScore = inceptionScore
    }

    enum CodingKeys: String, CodingKey {
        case clipScore = "clip_score"
        case n
        case attributeScore = "attribute_score"
        case inceptionScore = "inception_score"
        case inceptionScoreAsPublished = "inception_score_as_published"
        case reconstruction
    }
}
