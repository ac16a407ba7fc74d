import Models

/// Everything the probe is told, with the defaults of the published experiment (protocol, section 1).
///
/// Paths are relative to the folder the command runs in, like all paths on a command line.
public struct ProbeSettings: Sendable, Equatable {
    public var name = "probe"
    /// Every encoder is trained and sampled once per seed.
    public var seeds = [1, 2, 3]
    public var decoder = ""
    public var encoders: [EncoderSettings] = []
    public var data = DataSettings()
    public var adapter = AdapterSettings()
    public var sampling = SamplingSettings()
    public var scores = ScoreSettings()
    public var ablation = AblationSettings()
    /// A second page with what the encoders know without pictures; of the drawn world only.
    public var textStudy = false
    /// The run folder.
    public var output = ""
    public var precision = Precision.auto
    /// Nil: as many as there are cores.
    public var threads: Int?
    /// When given, at most so many of everything that is counted: pictures, captions, steps. The report is marked partial.
    public var limit: Int?

    public init() {}

    /// With the limit, if there is one, put into the counts.
    var limited: ProbeSettings {
        guard let limit else { return self }
        var few = self
        few.adapter.steps = min(adapter.steps(for: data.train), limit)
        few.data.train = min(data.train, limit)
        few.data.validation = min(data.validation, limit)
        few.sampling.captions = min(sampling.captions ?? limit, limit)
        return few
    }

    public enum Precision: String, CaseIterable, Sendable {
        /// bf16 where the processor computes with it natively.
        case auto
        case f32, bf16
    }
}

/// One text encoder under test.
public struct EncoderSettings: Sendable, Equatable {
    public var name = ""
    /// A folder or `org/name[@revision]`; nil for the random baseline.
    public var path: String?
    public var style = Style.bert
    public var pooling = Pooling.probe
    /// For a CLIP with OpenAI's names that does not tell its own.
    public var activation: Activation?
    /// The random baseline's vector length; the others know their own.
    public var size: Int?

    public init() {}

    public enum Style: String, CaseIterable, Sendable { case bert, clip, random }

    public enum Activation: String, CaseIterable, Sendable {
        case quickGELU = "quick_gelu"
        case gelu
    }

    public enum Pooling: String, CaseIterable, Sendable {
        /// As in the paper: the mean over tokens for BERT-style, the projected end token for CLIP-style encoders.
        case probe
        case mean, cls, eos, last, pooler
    }
}

/// Where portraits and captions come from: a folder in Multi-Modal CelebA-HQ's layout, a table of one's own, or the
/// drawn world.
public struct DataSettings: Sendable, Equatable {
    /// Nil, and no table: the drawn world.
    public var folder: String?
    /// A table of pictures and captions instead of a folder, see ``CaptionTable``.
    public var table: String?
    /// Where the table's paths begin; nil: in the table's folder.
    public var images: String?
    /// How many of a table's pictures are kept for validation, where it does not say which.
    public var validationShare = 0.1
    public var splitSeed = 0
    /// Lists of image names; nil: those in the folder.
    public var trainList: String?
    public var validationList: String?
    /// How many portraits to train on; of a folder the first so many, at most all.
    public var train = 25_000
    public var validation = 5_000

    public init() {}

    public var isDrawnWorld: Bool { folder == nil && table == nil }
}

/// The one trained layer and how it is trained.
public struct AdapterSettings: Sendable, Equatable {
    public var prefixTokens = 1
    public var dropout = 0.1
    public var learningRate = 5e-4
    public var betas = [0.9, 0.95]
    public var weightDecay = 0.0
    public var batch = 64
    /// Pictures of a batch that are computed together; nil: all of it. Smaller parts need less memory and change a
    /// step by no more than rounding.
    public var microBatch: Int?
    public var epochs = 4
    /// When given, training ends after so many steps, however many epochs that is.
    public var steps: Int?
    /// The rate is divided by 10 after more than `patience` epochs without improving by the share `threshold`.
    public var patience = 1
    public var threshold = 0.5

    public init() {}
}

/// How image tokens are drawn.
public struct SamplingSettings: Sendable, Equatable {
    public var topK = 250
    public var topP = 1.0
    public var temperature = 1.0
    public var greedy = false
    /// 1: as published; W: logits without prefix + W·(with − without).
    public var guidance = 1.0
    public var batch = 32
    /// How the frozen transformer's weights are kept while it draws.
    public var weights = Weights.full
    /// How many validation captions to draw; nil: all.
    public var captions: Int?
    public var imagesPerCaption = 1
    public var format = Format.png

    public init() {}

    /// `full`: in the run's precision. `int8`: rounded to whole numbers of eight bits, a scale for each row.
    public enum Weights: String, CaseIterable, Sendable { case full, int8 }

    /// `jpeg` is quality 75, as the released code saved its pictures.
    public enum Format: String, CaseIterable, Sendable { case png, jpeg }
}

/// Which networks judge, and how.
public struct ScoreSettings: Sendable, Equatable {
    public var clip = ""
    /// For a CLIP with OpenAI's names that does not tell its own.
    public var activation: EncoderSettings.Activation?
    public var inception = ""
    public var splits = 10
    /// Of the order in which pictures are dealt to the splits.
    public var shuffleSeed = InceptionScore.defaultSeed
    /// `published` repeats the released code's nearly black images; `correct` is what was meant.
    public var inceptionInput = InceptionInput.correct
    /// A classifier of drawn attributes, if there is one for this data.
    public var attributes: String?
    /// Of the judges' products; numbers to be compared with published ones are of f32.
    public var precision = ProbeSettings.Precision.f32

    public init() {}

    public enum InceptionInput: String, CaseIterable, Sendable { case correct, published }
}

/// Stronger steering, tried on some encoders at the report's end; none when no encoder is named.
public struct AblationSettings: Sendable, Equatable {
    public var encoders: [String] = []
    public var prefixTokens = [1, 4]
    public var guidance = [1.0, 3.0]

    public init() {}
}

extension CLIPActivation {
    init(_ setting: EncoderSettings.Activation) {
        switch setting {
        case .quickGELU: self = .quickGELU
        case .gelu: self = .gelu
        }
    }
}
