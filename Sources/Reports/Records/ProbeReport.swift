import SynStatistics

/// Everything the text-to-image probe found, as one value that is written to `report.json` and read back.
///
/// All pages, tables and plots are made from this record alone: a report can be made again years later from
/// the file, without a model and without a picture library. Keys in JSON are snake_case. Numbers that are
/// not defined (0/0, an interval of one seed) are written as the strings "nan", "inf" and "-inf".
package struct ProbeReport: Codable, Sendable, Equatable {
    /// The version of these keys; a reader refuses files of a later version with a sentence.
    package static let currentSchema = 1

    package var schemaVersion: Int = ProbeReport.currentSchema
    package var title: String
    /// The world or data set the captions come from, for example "portraits-64" or "Multi-Modal CelebA-HQ".
    package var dataset: String
    /// Set when only part of the captions was used (`--limit`); every rendering then says so at the top.
    package var partial: Bool = false
    /// Every setting of the run, defaults written out, in the order they should be read.
    package var settings: [Setting]
    package var provenance: Provenance
    /// One entry per encoder and seed, in the order of the run.
    package var scores: [ScoreRecord]
    /// The same measurements on real pictures with their own captions; the ceiling in tables and plots.
    package var groundTruth: GroundTruth?
    package var curves: [TrainingCurve]
    /// How each encoder's learning rate was chosen; nil where all have the one of the settings.
    package var learningRates: [LearningRateRecord]?
    /// Tests between groups of encoders.
    package var significance: SignificanceRecord?
    /// Floors, and what can be concluded about these encoders and about others of their styles.
    package var inference: InferenceRecord?
    /// Whatever else the study has to say, as headings, tables and sentences.
    package var sections: [ReportSection]
    package var gallery: [GalleryRow]
    /// How the gallery's captions were chosen, as a sentence.
    package var galleryChoice: String?
    package var ablation: Ablation?
    /// Sentences a reader must know before quoting a number, the most important first.
    package var caveats: [String]
    /// Captions that an encoder could not read to their end; nil where all could.
    package var cutCaptions: [CutCaptions]?
    /// The file name of a page beside this one, with what the encoders know without pictures.
    package var secondPage: String?
    /// Likewise with what they learn to say of language when all of their weights are trained.
    package var thirdPage: String?

    package init(
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
        case learningRates = "learning_rates"
        case curves, significance, inference, sections, gallery, ablation, caveats
        case galleryChoice = "gallery_choice"
        case cutCaptions = "cut_captions"
        case secondPage = "second_page"
        case thirdPage = "third_page"
    }
}

/// How many of the captions of training and validation were longer than an encoder reads, and lost their end.
package struct CutCaptions: Codable, Sendable, Equatable {
    package var encoder: String
    package var cut: Int
    /// Of how many.
    package var captions: Int

    package init(encoder: String, cut: Int, captions: Int) {
        (self.encoder, self.cut, self.captions) = (encoder, cut, captions)
    }
}

/// One resolved setting, as text.
package struct Setting: Codable, Sendable, Equatable {
    package var key: String
    package var value: String

    package init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

/// Where numbers came from: enough to run the same thing again and to know why it might differ.
package struct Provenance: Codable, Sendable, Equatable {
    package var toolVersion: String
    package var cpu: String
    /// Threads used for computing. Sums depend on it in the last digits.
    package var threads: Int
    /// "f32" or "bf16".
    package var precision: String
    /// As the caller wants it read, ISO 8601 by custom. Nothing here looks at the clock.
    package var date: String
    package var stages: [Stage]

    /// Wall time of one stage of the run.
    package struct Stage: Codable, Sendable, Equatable {
        package var name: String
        package var seconds: Double

        package init(_ name: String, seconds: Double) {
            self.name = name
            self.seconds = seconds
        }
    }

    package init(
        toolVersion: String, cpu: String, threads: Int, precision: String, date: String,
        stages: [Stage] = []
    ) {
        self.toolVersion = toolVersion
        self.cpu = cpu
        self.threads = threads
        self.precision = precision
        self.date = date
        self.stages = stages
    }

    enum CodingKeys: String, CodingKey {
        case toolVersion = "tool_version"
        case cpu, threads, precision, date, stages
    }
}
