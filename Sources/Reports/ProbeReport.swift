import Statistics

/// Everything the text-to-image probe found, as one value that is written to `report.json` and read back.
///
/// All pages, tables and plots are made from this record alone: a report can be made again years later from
/// the file, without a model and without a picture library. Keys in JSON are snake_case. Numbers that are
/// not defined (0/0, an interval of one seed) are written as the strings "nan", "inf" and "-inf".
public struct ProbeReport: Codable, Sendable, Equatable {
    /// The version of these keys; a reader refuses files of a later version with a sentence.
    public static let currentSchema = 1

    public var schemaVersion: Int = ProbeReport.currentSchema
    public var title: String
    /// The world or data set the captions come from, for example "portraits-64" or "Multi-Modal CelebA-HQ".
    public var dataset: String
    /// Set when only part of the captions was used (`--limit`); every rendering then says so at the top.
    public var partial: Bool = false
    /// Every setting of the run, defaults written out, in the order they should be read.
    public var settings: [Setting]
    public var provenance: Provenance
    /// One entry per encoder and seed, in the order of the run.
    public var scores: [ScoreRecord]
    /// The same measurements on real pictures with their own captions; the ceiling in tables and plots.
    public var groundTruth: GroundTruth?
    public var curves: [TrainingCurve]
    /// Tests between groups of encoders.
    public var significance: SignificanceRecord?
    /// Whatever else the study has to say, as headings, tables and sentences.
    public var sections: [ReportSection]
    public var gallery: [GalleryRow]
    /// How the gallery's captions were chosen, as a sentence.
    public var galleryChoice: String?
    public var ablation: Ablation?
    /// Sentences a reader must know before quoting a number, the most important first.
    public var caveats: [String]
    /// The file name of a page beside this one, with what the encoders know without pictures.
    public var secondPage: String?

    public init(
        title: String, dataset: String, partial: Bool = false, settings: [Setting] = [], provenance: Provenance,
        scores: [ScoreRecord] = [], groundTruth: GroundTruth? = nil, curves: [TrainingCurve] = [],
        significance: SignificanceRecord? = nil, sections: [ReportSection] = [], gallery: [GalleryRow] = [],
        ablation: Ablation? = nil, caveats: [String] = []
    ) {
        self.title = title
        self.dataset = dataset
        self.partial = partial
        self.settings = settings
        self.provenance = provenance
        self.scores = scores
        self.groundTruth = groundTruth
        self.curves = curves
        self.significance = significance
        self.sections = sections
        self.gallery = gallery
        self.ablation = ablation
        self.caveats = caveats
    }

    enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case title, dataset, partial, settings, provenance, scores
        case groundTruth = "ground_truth"
        case curves, significance, sections, gallery, ablation, caveats
        case galleryChoice = "gallery_choice"
        case secondPage = "second_page"
    }
}

/// One resolved setting, as text.
public struct Setting: Codable, Sendable, Equatable {
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

/// Where numbers came from: enough to run the same thing again and to know why it might differ.
public struct Provenance: Codable, Sendable, Equatable {
    public var toolVersion: String
    /// The commit of the tool's sources, if it was built from a checkout.
    public var gitCommit: String?
    public var cpu: String
    /// Threads used for computing. Sums depend on it in the last digits.
    public var threads: Int
    /// "f32" or "bf16".
    public var precision: String
    /// As the caller wants it read, ISO 8601 by custom. Nothing here looks at the clock.
    public var date: String
    public var stages: [Stage]

    /// Wall time of one stage of the run.
    public struct Stage: Codable, Sendable, Equatable {
        public var name: String
        public var seconds: Double

        public init(_ name: String, seconds: Double) {
            self.name = name
            self.seconds = seconds
        }
    }

    public init(
        toolVersion: String, gitCommit: String? = nil, cpu: String, threads: Int, precision: String, date: String,
        stages: [Stage] = []
    ) {
        self.toolVersion = toolVersion
        self.gitCommit = gitCommit
        self.cpu = cpu
        self.threads = threads
        self.precision = precision
        self.date = date
        self.stages = stages
    }

    enum CodingKeys: String, CodingKey {
        case toolVersion = "tool_version"
        case gitCommit = "git_commit"
        case cpu, threads, precision, date, stages
    }
}
