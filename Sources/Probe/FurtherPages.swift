import Foundation
import SynEmbedding
import SynReports
import SynRuns

/// How the studies of the same encoders are made that become a run's second and third page. Studies never import each
/// other, so who starts the run hands them over; a study that is nil is left out, whatever the settings say.
package struct FurtherPages {
    /// What the encoders know of the drawn world's captions without pictures.
    package typealias Text = (_ models: [TextEmbedder], _ source: TextFeatureSource) throws -> TextStudyReport
    /// What they learn to say of language when all of their weights are trained. Trials are kept in `folder`.
    package typealias GLUE = (
        _ encoders: [EncoderSettings], _ folder: URL, _ interruption: Interruption,
        _ progress: (WorkProgress) -> Void
    ) throws -> GLUEReport

    let text: Text?
    let glue: GLUE?

    package init(text: Text? = nil, glue: GLUE? = nil) { (self.text, self.glue) = (text, glue) }
}
