import Foundation
import SynTensors

/// What a modern Hopfield network that stores the rows of B gives for the rows of A: unit rows of softmax(β A Bᵀ) B
/// (Ramsauer et al. 2020; Fürst et al. 2021, section 3). Where A is B, a row takes part in its own retrieval.
struct HopfieldRetrieval {
    let rows: DoubleMatrix   // [queries, size], of length 1
    private let queries, stored: DoubleMatrix
    private let beta: Double
    private let weights: DoubleMatrix   // [queries, stored], each row a distribution
    private let lengths: [Double]   // of the rows of softmax(β A Bᵀ) B

    init(_ queries: DoubleMatrix, from stored: DoubleMatrix, beta: Double) {
        (self.queries, self.stored, self.beta) = (queries, stored, beta)
        weights = (queries.times(stored, .transposed) * beta).softmaxRows
        let found = weights.times(stored)   // [queries, size]
        let width = found.columns
        var (values, lengths) = (found.values, [Double]())
        for i in 0..<found.rows {
            let place = i * width..<(i + 1) * width
            let length = max(found.values[place].reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12)
            lengths.append(length)
            for k in place { values[k] /= length }
        }
        self.lengths = lengths
        rows = DoubleMatrix(values, rows: found.rows, columns: width)
    }

    /// Slopes by what was retrieved, [queries, size], as slopes by A and by B.
    func slopes(_ byRows: DoubleMatrix) -> (queries: DoubleMatrix, stored: DoubleMatrix) {
        let width = rows.columns
        var values = byRows.values
        for i in 0..<rows.rows {
            let place = i * width..<(i + 1) * width
            let along = place.reduce(0) { $0 + values[$1] * rows.values[$1] }
            for k in place { values[k] = (values[k] - rows.values[k] * along) / lengths[i] }
        }
        let byFound = DoubleMatrix(values, rows: rows.rows, columns: width)   // by softmax(β A Bᵀ) B
        let byWeights = byFound.times(stored, .transposed)   // [queries, stored]
        let count = weights.columns
        var slopes = byWeights.values
        for i in 0..<weights.rows {
            let place = i * count..<(i + 1) * count
            let mean = place.reduce(0) { $0 + slopes[$1] * weights.values[$1] }
            for j in place { slopes[j] = (slopes[j] - mean) * weights.values[j] * beta }
        }
        let byCosines = DoubleMatrix(slopes, rows: weights.rows, columns: count)   // by A Bᵀ
        return (
            byCosines.times(stored),
            byCosines.times(queries, from: .transposed) + weights.times(byFound, from: .transposed)
        )
    }
}

/// The four retrievals of a batch, and what an objective's slopes by them are by the vectors themselves.
struct RetrievedPairs {
    /// Images and captions out of the images of the batch, and out of its captions.
    let imagesFromImages, captionsFromImages, captionsFromCaptions, imagesFromCaptions: HopfieldRetrieval

    init(_ point: PairPoint, beta: Double) {
        let (x, y) = (point.images, point.captions)
        imagesFromImages = HopfieldRetrieval(x, from: x, beta: beta)
        captionsFromImages = HopfieldRetrieval(y, from: x, beta: beta)
        captionsFromCaptions = HopfieldRetrieval(y, from: y, beta: beta)
        imagesFromCaptions = HopfieldRetrieval(x, from: y, beta: beta)
    }

    /// What is retrieved from images compared with itself, and what is retrieved from captions.
    func compared(
        scale: Double, leavingOwnOut: Bool
    ) -> (amongImages: PartnerLoss, amongCaptions: PartnerLoss) {
        (
            PartnerLoss(
                imagesFromImages.rows, among: captionsFromImages.rows, scale: scale, leavingOwnOut: leavingOwnOut),
            PartnerLoss(
                captionsFromCaptions.rows, among: imagesFromCaptions.rows, scale: scale, leavingOwnOut: leavingOwnOut)
        )
    }

    /// Slopes of the sum of both by X and Y.
    func slopes(
        _ amongImages: PartnerLoss, _ amongCaptions: PartnerLoss
    ) -> (images: DoubleMatrix, captions: DoubleMatrix) {
        let (ii, ci) = (
            imagesFromImages.slopes(amongImages.queries), captionsFromImages.slopes(amongImages.answers)
        )
        let (cc, ic) = (
            captionsFromCaptions.slopes(amongCaptions.queries), imagesFromCaptions.slopes(amongCaptions.answers)
        )
        return (
            ii.queries + ii.stored + ci.stored + ic.queries, cc.queries + cc.stored + ic.stored + ci.queries
        )
    }
}

extension DoubleMatrix {
    /// Softmax of every row.
    fileprivate var softmaxRows: DoubleMatrix {
        var out = values
        for i in 0..<rows {
            let place = i * columns..<(i + 1) * columns
            let largest = values[place].max() ?? 0
            var total = 0.0
            for j in place {
                out[j] = exp(values[j] - largest)
                total += out[j]
            }
            for j in place { out[j] /= total }
        }
        return DoubleMatrix(out, rows: rows, columns: columns)
    }
}
