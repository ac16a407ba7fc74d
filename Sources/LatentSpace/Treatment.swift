import SynTensors

/// What is done to vectors before they are compared, learned from calibration pairs and put on any vector.
package enum Treatment: String, CaseIterable, Sendable {
    case asTrained = "as trained"
    /// Each side moved by half the difference of the calibration's means.
    case closed
    /// The calibration's mean of the own modality subtracted.
    case centred

    package func images(_ rows: DoubleMatrix, by gap: ModalityGap) throws -> DoubleMatrix {
        switch self {
        case .asTrained: rows
        case .closed: try PairedVectors.units(rows.adding(gap.difference, times: -0.5), "pictures", rawValue)
        case .centred: try PairedVectors.units(rows.adding(gap.pairs.images.meanRow, times: -1), "pictures", rawValue)
        }
    }

    package func texts(_ rows: DoubleMatrix, by gap: ModalityGap) throws -> DoubleMatrix {
        switch self {
        case .asTrained: rows
        case .closed: try PairedVectors.units(rows.adding(gap.difference, times: 0.5), "texts", rawValue)
        case .centred: try PairedVectors.units(rows.adding(gap.pairs.texts.meanRow, times: -1), "texts", rawValue)
        }
    }
}
