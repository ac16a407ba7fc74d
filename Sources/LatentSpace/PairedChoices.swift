import SynReports
import SynStatistics
import SynTensors

/// Two pictures and two captions at a time: what each picture's nearer caption, and each caption's nearer picture, is
/// (Thrush et al. 2022, Winoground). Equal cosines are wrong.
package struct PairedChoices: Sendable {
    /// Cosines of one item: own captions of both pictures, and each picture with the other's caption.
    package struct Cosines: Sendable {
        let own0, own1: Double
        /// Picture 0 with caption 1, and picture 1 with caption 0.
        let cross0, cross1: Double

        package init(own0: Double, own1: Double, cross0: Double, cross1: Double) {
            (self.own0, self.own1, self.cross0, self.cross1) = (own0, own1, cross0, cross1)
        }

        /// Each picture is nearer to its own caption.
        package var text: Bool { own0 > cross0 && own1 > cross1 }
        /// Each caption is nearer to its own picture.
        package var image: Bool { own0 > cross1 && own1 > cross0 }
        package var group: Bool { text && image }
        package var rightPictures: Int { (own0 > cross0 ? 1 : 0) + (own1 > cross1 ? 1 : 0) }
    }

    package let items: [Cosines]

    package init(_ items: [Cosines]) { self.items = items }

    /// - Parameters: unit rows [2n, d] each, an item's two one after another.
    package init(images: DoubleMatrix, captions: DoubleMatrix) {
        func cosine(_ i: Int, _ j: Int) -> Double {
            dot(images.row(i), captions.row(j))
        }
        items = stride(from: 0, to: images.rows, by: 2).map { i in
            Cosines(own0: cosine(i, i), own1: cosine(i + 1, i + 1), cross0: cosine(i, i + 1), cross1: cosine(i + 1, i))
        }
    }

    /// The share of pictures whose own caption is nearer, its interval from items as wholes.
    package var accuracy: (value: Double, interval: Interval?) {
        let shares = items.map { Double($0.rightPictures) / 2 }
        let value = shares.reduce(0, +) / Double(max(shares.count, 1))
        return (value, Set(shares).count > 1 ? try? TTest.oneSample(shares).interval : nil)
    }

    /// The same of a judge that has only one number for each caption, whatever the picture; equal numbers count half.
    ///
    /// - Parameter judged: of 2n captions, an item's two one after another.
    package static func textOnly(_ judged: [Double]) -> Double {
        let right = stride(from: 0, to: judged.count, by: 2).reduce(0.0) { sum, i in
            let (a, b) = (judged[i], judged[i + 1])
            return sum + (a == b ? 1 : (a > b ? 1 : 0) + (b > a ? 1 : 0))
        }
        return judged.isEmpty ? 0 : right / Double(judged.count)
    }

    package func record(_ kind: String, equalWords: Double, textOnly: Double) -> CompositionRecord.Choice {
        let found = accuracy
        return .init(
            kind: kind, items: items.count, accuracy: found.value, interval: found.interval, textOnly: textOnly,
            equalWords: equalWords, text: Proportion(items.map(\.text)), image: Proportion(items.map(\.image)),
            group: Proportion(items.map(\.group)))
    }
}
