import Foundation
import SynReports
import SynRuns

/// The gap of CLIP, of each of CLOOB's changes alone, and of CLOOB, as their authors trained them (ResNet-50) and
/// Amumo's authors measured them on 100 pairs of MSCOCO.
package enum PublishedAblation {
    /// Quoted: branch `jovi_article` of ginihumer/Amumo, and for YFCC its article's data.
    package static let quoted = [
        PublishedFactors(
            "Conceptual Captions, 31 epochs",
            FactorCells(
                clip: 0.5041963239650291, infoloob: 0.21344701945781708, hopfield: 0.4308065176010132,
                cloob: 0.22746071219444275), isMeasured: false),
        PublishedFactors(
            "Conceptual Captions, 128 epochs",
            FactorCells(
                clip: 0.5515459302750257, infoloob: 0.21949423849582672, hopfield: 0.41227149963378906,
                cloob: 0.234526127576828), isMeasured: false),
        PublishedFactors(
            "YFCC", FactorCells(clip: 0.695, infoloob: 0.416, hopfield: 0.838, cloob: 0.447), isMeasured: false),
    ]

    /// The same with what a folder of published matrices holds measured anew: `clip_rn50_cc_epoch_31_gram_upper.txt.gz`
    /// and seven more.
    package static func measured(in folder: URL) throws -> [PublishedFactors] {
        try zip(quoted, ["31", "128", nil]).map { quoted, epochs in
            guard let epochs else { return quoted }
            func distance(_ name: String) throws -> Double {
                let file = folder.appending(path: "\(name)_rn50_cc_epoch_\(epochs)_gram_upper.txt.gz")
                return ModalityGap(try SimilarityMatrix(path: file.path).pairs()).distance
            }
            return PublishedFactors(
                quoted.name,
                FactorCells(
                    clip: try distance("clip"), infoloob: try distance("clip_infoLOOB"),
                    hopfield: try distance("cloob_infoNCE"), cloob: try distance("cloob")), isMeasured: true)
        }
    }
}
