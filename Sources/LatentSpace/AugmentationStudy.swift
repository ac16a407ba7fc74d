import SynImages
import SynReports
import SynTensors

/// One picture changed step by step: where its vectors go.
package struct AugmentationStudy: Sendable {
    private let towers: TwoTowers
    private let picture: Image
    private let caption: String?
    private let steps: Int
    private let seed: UInt64

    package init(_ towers: TwoTowers, _ picture: Image, caption: String?, steps: Int, seed: UInt64) {
        (self.towers, self.picture, self.caption) = (towers, picture, caption)
        (self.steps, self.seed) = (steps, seed)
    }

    /// - Parameter progress: told how many pictures of this change are done.
    package func record(
        _ change: PictureChange, progress: (Int) throws -> Void = { _ in }
    ) throws
        -> AugmentationRecord.Change
    {
        let amounts = change.amounts(steps: steps, width: picture.width, height: picture.height)
        let vectors = try towers.pictures(steps, progress: progress) { step in
            change.changed(picture, by: amounts[step], step: step, seed: seed)
        }
        let text = try caption.map { try towers.texts([$0]) }
        return Self.record(change, amounts: amounts, vectors: vectors, text: text)
    }

    /// - Parameters:
    ///   - vectors: unit rows, one for each step: [steps, d].
    ///   - text: [1, d]; nil without a caption.
    package static func record(
        _ change: PictureChange, amounts: [Double], vectors: DoubleMatrix, text: DoubleMatrix?
    ) -> AugmentationRecord.Change {
        let cosines = vectors.times(vectors, .transposed)   // [steps, steps]
        let n = vectors.rows
        let start = change.start(amounts)
        func mean(_ values: [Double]) -> Double? {
            values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        let settled = (0..<n).first { i in i + 1 < n && (i + 1..<n).allSatisfy { cosines[i, $0] > 0.95 } }
        var (mirrored, quarters): (Double?, Double?)
        if change == .rotate {
            mirrored = mean((1..<max(n, 1)).filter { 2 * $0 != n }.map { cosines[$0, n - $0] })
            let isQuarter = { (i: Int) in 4 * i % n == 0 }
            if let turned = mean((1..<n).filter(isQuarter).map { cosines[0, $0] }),
                let rest = mean((1..<n).filter { !isQuarter($0) }.map { cosines[0, $0] })
            {
                quarters = turned - rest
            }
        }
        return .init(
            change: change.rawValue, unit: change.unit, amounts: amounts, start: start,
            toStart: (0..<n).map { cosines[start, $0] },
            toCaption: text.map { Array(vectors.times($0, .transposed).values) },
            cosines: (0..<n).map { Array(cosines.row($0)) }, mirrored: mirrored, quarterTurns: quarters,
            settledAt: settled)
    }
}
