import Foundation
import SynEmbedding
import SynModels
import SynReports
import SynRuns
import SynTensors

/// Linear probes on the frozen vectors of every layer of one encoder: one pass over the texts, then one small fit for
/// each layer.
///
/// A text's vector is the mean of its tokens' states, for CLIP the state at the end token. A pair u, v becomes
/// (|u − v|, u·v), element by element (Conneau and Kiela 2018), so that an encoder reads each text by itself. Vectors
/// are standardised by the training set. A fifth of the training set chooses the strength of L2; then all of it is
/// used.
package struct FrozenProbes {
    let encoder: TextEmbedder
    /// The most examples the probes learn from.
    package static let mostExamples = 5000
    /// What the validation part chooses from, as scikit-learn's C.
    package static let strengths = [1e-4, 1e-3, 1e-2, 1e-1, 1]

    package init(_ encoder: TextEmbedder) { self.encoder = encoder }

    private var pooling: Pooling { encoder.isContrastive ? .eos : .mean }

    /// - Parameter progress: told how many texts and layers are done, of how many.
    package func run(
        _ data: TaskData, interruption: Interruption, progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> GLUEProbe {
        var stream = RandomStream(seed: 0, purpose: "frozen probe")
        let chosen = stream.permutation(data.train.count).prefix(Self.mostExamples).map { data.train[$0] }
        let held = data.development.first?.examples ?? []
        let texts = Self.unique((chosen + held).flatMap { [$0.first, $0.second].compactMap(\.self) })
        let places = Dictionary(texts.enumerated().map { (Array($1.utf8), $0) }, uniquingKeysWith: { a, _ in a })
        let count = encoder.encoder.layerCount + 1
        let total = texts.count + count
        let found = try encoder.embed(texts, pooling: pooling, everyLayer: true) { done in
            try interruption.check()
            try progress(done, total)
        }
        func place(_ text: String) -> Int { places[Array(text.utf8)] ?? 0 }
        let layers = try found.layers.enumerated().map { layer, vectors in
            try interruption.check()
            let width = vectors.size(1)
            func rows(_ examples: [LabelledText]) -> [[Double]] {
                vectors.withFloats { floats in
                    examples.map { example in
                        Self.features(
                            Self.row(floats, place(example.first), width),
                            example.second.map { Self.row(floats, place($0), width) })
                    }
                }
            }
            let probe = fit(rows(chosen), chosen.map { $0.answer ?? 0 }, rows(held), data.task, held)
            try progress(texts.count + layer + 1, total)
            return GLUEProbe.Layer(
                layer: layer, value: probe.score.value, undefined: probe.score.undefined, c: probe.c)
        }
        return GLUEProbe(
            encoder: encoder.name, task: data.task.name, metric: data.task.metrics[0].title,
            reading: pooling.title, train: chosen.count, layers: layers)
    }

    private func fit(
        _ train: [[Double]], _ answers: [Double], _ held: [[Double]], _ task: TextTask, _ examples: [LabelledText]
    ) -> (score: GLUEScore.Seed, c: Double) {
        let scale = Standardisation(train)
        let all = scale.matrix(train)
        let cut = max(1, train.count - train.count / 5)
        let (fitted, validation) = (scale.matrix(Array(train[..<cut])), scale.matrix(Array(train[cut...])))
        func score(_ c: Double) -> Double {
            let probe = LinearProbe(fitted, Array(answers[..<cut]), labels: task.labels.count, c: c, tolerance: 1e-4)
            return GLUEReportBuilder.score(
                task.metrics[0], Array(answers[cut...]), probe.answers(validation), seed: 0
            ).value
        }
        // Of equals the smallest, which is the strongest L2.
        let c =
            train.count < 10
            ? 1 : Self.strengths.map { ($0, score($0)) }.max { ($0.1, -$0.0) < ($1.1, -$1.0) }?.0 ?? 1
        let probe = LinearProbe(all, answers, labels: task.labels.count, c: c, tolerance: 1e-4)
        return (
            GLUEReportBuilder.score(
                task.metrics[0], examples.map { $0.answer ?? 0 }, probe.answers(scale.matrix(held)), seed: 0), c
        )
    }

    private static func row(_ floats: UnsafeBufferPointer<Float>, _ place: Int, _ width: Int) -> [Double] {
        floats[place * width..<(place + 1) * width].map(Double.init)
    }

    static func features(_ first: [Double], _ second: [Double]?) -> [Double] {
        guard let second else { return first }
        return zip(first, second).map { abs($0 - $1) } + zip(first, second).map { $0 * $1 }
    }

    private static func unique(_ texts: [String]) -> [String] {
        var seen: Set<[UInt8]> = []
        return texts.filter { seen.insert(Array($0.utf8)).inserted }
    }
}

/// Every number minus its mean, over its deviation; what never varies becomes 0.
struct Standardisation {
    private let means: [Double]
    private let factors: [Double]

    init(_ rows: [[Double]]) {
        let (count, width) = (Double(max(rows.count, 1)), rows.first?.count ?? 0)
        var (sums, squares) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
        for row in rows { for i in 0..<width { sums[i] += row[i] } }
        let means = sums.map { $0 / count }
        for row in rows { for i in 0..<width { squares[i] += (row[i] - means[i]) * (row[i] - means[i]) } }
        self.means = means
        factors = squares.map { $0 > 0 ? 1 / ($0 / count).squareRoot() : 0 }
    }

    func matrix(_ rows: [[Double]]) -> DoubleMatrix {
        DoubleMatrix(
            rows.flatMap { row in row.indices.map { (row[$0] - means[$0]) * factors[$0] } }, rows: rows.count,
            columns: means.count)
    }
}
