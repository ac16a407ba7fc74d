import SynEmbedding
import SynMetrics
import SynModels
import SynRuns

/// Everything the probe is told, with the defaults of the published experiment (protocol, section 1).
///
/// Paths are relative to the folder the command runs in, like all paths on a command line.
package struct ProbeSettings: Sendable, Equatable {
    package var name = "probe"
    /// Every encoder is trained and sampled once per seed.
    package var seeds = [1, 2, 3]
    package var decoder = ""
    package var encoders: [EncoderSettings] = []
    package var data = DataSettings()
    package var adapter = AdapterSettings()
    package var sampling = SamplingSettings()
    package var scores = ScoreSettings()
    package var ablation = AblationSettings()
    /// A second page with what the encoders know without pictures; of the drawn world only.
    package var textStudy = false
    /// A third page: these encoders fine-tuned on the drawn world's own tasks of language.
    package var glueStudy: [String] = []
    /// The run folder.
    package var output = ""
    package var precision = PrecisionSetting.auto
    /// Of the frozen decoder and the adapters that are trained; everything else is computed on the CPU.
    package var device = DeviceSetting.cpu
    /// Nil: as many as there are cores.
    package var threads: Int?
    /// When given, at most so many of everything that is counted: pictures, captions, steps. The report is marked
    /// partial.
    package var limit: Int?
    /// A sentence for each line of the file that no longer decides anything.
    package internal(set) var retired: [String] = []

    package init() {}

    /// With the limit, if there is one, put into the counts.
    var limited: ProbeSettings {
        guard let limit else { return self }
        var few = self
        few.adapter.steps = min(adapter.steps(for: data.train), limit)
        few.data.train = min(data.train, limit)
        few.data.validation = min(data.validation, limit)
        few.data.test = data.test.map { min($0, limit) }
        few.sampling.captions = min(sampling.captions ?? limit, limit)
        return few
    }
}

/// Where portraits and captions come from: a folder in Multi-Modal CelebA-HQ's layout, a table of one's own, or the
/// drawn world.
package struct DataSettings: Sendable, Equatable {
    /// Nil, and no table: the drawn world.
    package var folder: String?
    /// A table of pictures and captions instead of a folder, see ``CaptionTable``.
    package var table: String?
    /// Where the table's paths begin; nil: in the table's folder.
    package var images: String?
    /// How many of a table's pictures are kept for validation, where it does not say which.
    package var validationShare = 0.1
    package var splitSeed = 0
    /// Lists of image names; nil: those in the folder.
    package var trainList: String?
    package var validationList: String?
    /// How many portraits to train on; of a folder the first so many, at most all.
    package var train = 25_000
    package var validation = 5_000
    /// How many portraits are kept for the pictures that are drawn and scored; training and its choices never see
    /// them. Nil, as published: what is scored is drawn for the captions that the schedule and the checkpoint were
    /// chosen by.
    package var test: Int?
    /// How many of the drawn world's portraits lie unused between the validation's and the test's: once settings were
    /// chosen with an eye on a test, another one is due on portraits that nobody has looked at.
    package var testSkip = 0
    /// Whether captions are left out that stand in training, word for word or as the same set of statements.
    package var unseenOnly = false

    package init() {}

    /// Of validation and test together.
    var held: Int { validation + (test ?? 0) }

    package var isDrawnWorld: Bool { folder == nil && table == nil }
}

/// The one trained layer and how it is trained.
package struct AdapterSettings: Sendable, Equatable {
    package var prefixTokens = 1
    package var dropout = 0.1
    package var learningRate = 5e-4
    /// When given, two or more: every encoder's rate is the one of these with the least validation loss in a first
    /// training of ``rateSteps`` steps; ``learningRate`` is then the silent prefix's alone.
    package var learningRates: [Double] = []
    package var rateSteps = 100
    package var betas = [0.9, 0.95]
    package var weightDecay = 0.0
    package var batch = 64
    /// Pictures of a batch that are computed together; nil: all of it. Smaller parts need less memory and change a
    /// step by no more than rounding.
    package var microBatch: Int?
    package var epochs = 4
    /// When given, training ends after so many steps, however many epochs that is.
    package var steps: Int?
    /// The rate is divided by 10 after more than `patience` epochs without improving by the share `threshold`.
    package var patience = 1
    package var threshold = 0.5
    /// Whether every component of the caption vectors is brought to mean 0 and deviation 1 first; the adapter that is
    /// saved has it folded in.
    package var standardize = false
    /// Root mean square length of the standardised vectors: how much faster a caption may move the prefix than what
    /// all captions share.
    package var vectorLength = 1.0
    package var initial = Initial.linear
    /// Whether the training takes its steps in ``PrefixUnits``, of which the decoder is equally sensitive to each, and
    /// from whitened caption vectors; it begins at the silent prefix then. The adapter that is saved has both folded
    /// in.
    package var precondition = false
    package var schedule = Schedule.plateau

    package init() {}

    /// How many steps the silent prefix is trained for, where training begins there.
    package var silentSteps = 400
    /// The rate at which it is trained as long again in the units of a preconditioned training.
    package var silentRate = 0.1

    /// Where training begins. `linear`: as PyTorch's Linear, as published. `start`: at a prefix that is the decoder's
    /// start token once more, the same for every caption. `silent`: at the one prefix, the same for every caption, that
    /// disturbs the decoder least: it is trained once, from the start token on, and all encoders and seeds share it.
    package enum Initial: String, CaseIterable, Sendable { case linear, start, silent }

    /// `plateau`: as published, see ``patience``. `decay`: straight down to zero over all steps.
    package enum Schedule: String, CaseIterable, Sendable { case plateau, decay }
}

/// How image tokens are drawn.
package struct SamplingSettings: Sendable, Equatable {
    package var topK = 250
    package var topP = 1.0
    package var temperature = 1.0
    package var greedy = false
    /// 1: as published; W: logits without prefix + W·(with − without).
    package var guidance = 1.0
    package var batch = 32
    /// How the frozen transformer's weights are kept while it draws.
    package var weights = Weights.full
    /// How many validation captions to draw; nil: all.
    package var captions: Int?
    package var imagesPerCaption = 1
    package var format = Format.png

    package init() {}

    /// `full`: in the run's precision. `int8`: rounded to whole numbers of eight bits, a scale for each row.
    package enum Weights: String, CaseIterable, Sendable { case full, int8 }

    /// `jpeg` is quality 75, as the released code saved its pictures.
    package enum Format: String, CaseIterable, Sendable { case png, jpeg }
}

/// Stronger steering, tried on some encoders at the report's end; none when no encoder is named.
package struct AblationSettings: Sendable, Equatable {
    package var encoders: [String] = []
    package var prefixTokens = [1, 4]
    package var guidance = [1.0, 3.0]

    package init() {}
}
