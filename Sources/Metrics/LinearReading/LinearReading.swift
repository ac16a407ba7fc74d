import SynPortraits
import SynRuns
import SynStatistics
import SynTensors

/// How much of what captions state a linear reading finds in their frozen vectors.
///
/// An encoder that scores low in the probe may know what a caption says and only fail to pass it through one linear
/// layer into this decoder. A ridge and a logistic regression per attribute tell how much is there for a linear layer
/// to read (Alain and Bengio 2017). Captions that state the same are on one side of the split, so nothing can be known
/// by heart; the strength of the penalty is chosen on a part of the training captions, never on those that are
/// measured.
package struct LinearReading {
    package struct Settings: Sendable {
        /// Of the split and the resampling.
        package var seed: UInt64 = 0
        package var resamples = 999
        /// Attributes that fewer captions state as true, in the training or the test part, are not read.
        package var fewest = 8
        package var penalties: [Double] = [0.01, 0.1, 1, 10, 100, 1_000, 10_000, 100_000]
        package var inversePenalties: [Double] = [0.000_1, 0.001, 0.01, 0.1, 1, 10]

        package init() {}
    }

    private let settings: Settings
    private let stated: [[PortraitAttribute: Bool]]
    /// Of each caption, which statements it makes, by number: the unit of the split and of the resampling.
    private let groups: [Int]
    private let fitting: [Int]
    private let choosing: [Int]
    private let test: [Int]

    /// - Parameter stated: what each caption states, such as ``CaptionMentions/read(_:)`` of it.
    package init(_ stated: [[PortraitAttribute: Bool]], _ settings: Settings = Settings()) throws {
        var places: [[PortraitAttribute: Bool]: Int] = [:]
        var groups: [Int] = []
        for statements in stated {
            let place = places[statements] ?? places.count
            places[statements] = place
            groups.append(place)
        }
        guard places.count >= 40 else {
            throw UserError(
                .badData,
                "a linear reading needs captions with at least 40 different sets of statements; these have "
                    + "\(places.count)")
        }
        var generator = SeededGenerator(seed: settings.seed)
        var order = Array(0..<places.count)
        for place in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(place, generator.below(place + 1)) }
        let (first, second) = (order.count * 6 / 10, order.count * 3 / 4)   // 60 % fit, 15 % choose, 25 % are measured
        func captions(_ part: ArraySlice<Int>) -> [Int] {
            let members = Set(part)
            return groups.indices.filter { members.contains(groups[$0]) }
        }
        fitting = captions(order[..<first])
        choosing = captions(order[first..<second])
        test = captions(order[second...])
        (self.settings, self.stated, self.groups) = (settings, stated, groups)
    }

    /// The captions' texts, read for what they state.
    package init(texts: [String], _ settings: Settings = Settings()) throws {
        try self.init(texts.map(CaptionMentions.read), settings)
    }

    /// - Parameters:
    ///   - vectors: [captions, features], a row for each caption.
    ///   - drawn: faces drawn by this encoder's captions, where there are some.
    package func record(
        of encoder: String, vectors: DoubleMatrix, drawn: [DrawnAttributes] = [],
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> LinearReadingRecord {
        precondition(vectors.rows == stated.count, "every caption has one vector")
        guard vectors.values.allSatisfy(\.isFinite) else {
            throw UserError(.badData, "\(encoder): a vector holds what is not a finite number, so nothing can be read")
        }
        let training = (fitting + choosing).sorted()
        let (few, fewScale) = scaled(vectors, fitting)
        let (all, allScale) = scaled(vectors, training)
        let validation = fewScale(vectors.rows(at: choosing))
        let held = allScale(vectors.rows(at: test))
        let (fewRidge, ridge) = (try RidgeRegression(few), try RidgeRegression(all))
        let (fewLogistic, logistic) = (LogisticRegression(few), LogisticRegression(all))
        let read = PortraitAttribute.allCases.filter { attribute in
            [fitting, test].allSatisfy { part in
                let count = part.count { stated[$0][attribute] == true }
                return count >= settings.fewest && part.count - count >= settings.fewest
            }
        }
        var readings: [Reading] = []
        for (number, attribute) in read.enumerated() {
            try progress(number, read.count)
            func values(_ part: [Int]) -> [Double] { part.map { stated[$0][attribute].map { $0 ? 1 : -1 } ?? 0 } }
            func labels(_ part: [Int]) -> [Bool] { part.map { stated[$0][attribute] == true } }
            let alpha = Self.least(settings.penalties) { penalty in
                let guess = fewRidge.fit(values(fitting), penalty: penalty)(validation)
                return zip(guess, values(choosing)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            }
            var start: LinearFunction?
            let c = Self.least(settings.inversePenalties) { c in
                let found = fewLogistic.fit(labels(fitting), inversePenalty: c, start: start)
                start = found
                return LogisticRegression.loss(found(validation), labels(choosing))
            }
            let guess = ridge.fit(values(training), penalty: alpha)(held)
            let score = logistic.fit(labels(training), inversePenalty: c)(held)
            let seen = drawn.filter { $0.probabilities[attribute] != nil }
            readings.append(
                Reading(
                    attribute: attribute, alpha: alpha, c: c, target: values(test), guess: guess,
                    area: AreaUnderROC(score, labels(test)),
                    faces: seen.isEmpty
                        ? nil
                        : AreaUnderROC(
                            seen.map { $0.probabilities[attribute] ?? 0 }, seen.map { $0.stated[attribute] == true }),
                    portraits: seen.map(\.portrait)))
        }
        try progress(read.count, read.count)
        return resampled(readings, encoder: encoder, drawn)
    }

    private func scaled(_ vectors: DoubleMatrix, _ part: [Int]) -> (DoubleMatrix, Standardisation) {
        let own = vectors.rows(at: part)
        let scale = Standardisation(own)
        return (scale(own), scale)
    }

    /// The candidate with the least loss, the first of equals.
    private static func least(_ candidates: [Double], _ loss: (Double) -> Double) -> Double {
        let losses = candidates.map(loss)
        return zip(candidates, losses).min { $0.1 < $1.1 }?.0 ?? 1
    }

    /// What was found of one attribute, before resampling.
    private struct Reading {
        let attribute: PortraitAttribute
        let alpha, c: Double
        let target, guess: [Double]
        let area: AreaUnderROC
        let faces: AreaUnderROC?
        let portraits: [Int]

        /// 1 − Σ(y − ŷ)² / Σ(y − ȳ)²; nil where all targets are the same.
        func r2(_ weight: (Int) -> Double) -> Double? {
            var (total, sum, squares, rest) = (0.0, 0.0, 0.0, 0.0)
            for place in target.indices {
                let (w, y) = (weight(place), target[place])
                total += w
                sum += w * y
                squares += w * y * y
                rest += w * (y - guess[place]) * (y - guess[place])
            }
            let spread = squares - sum * sum / max(total, 1)
            return spread > 1e-12 ? 1 - rest / spread : nil
        }

        /// R², area, area of drawn faces, and what is lost between the two.
        func figures(_ test: (Int) -> Double, _ portrait: (Int) -> Double) -> [Double?] {
            let (own, shown) = (area(test), faces.flatMap { $0 { portrait(portraits[$0]) } })
            return [r2(test), own, shown, own.flatMap { own in shown.map { own - $0 } }]
        }
    }

    /// Figures with percentile intervals: sets of statements are drawn again, and of drawn faces portraits.
    private func resampled(
        _ readings: [Reading], encoder: String, _ drawn: [DrawnAttributes]
    ) -> LinearReadingRecord {
        let own = test.map { groups[$0] }
        let (units, portraits) = (Array(Set(own)).sorted(), Array(Set(drawn.map(\.portrait))).sorted())
        var generator = SeededGenerator(seed: settings.seed &+ 1)
        func counts(_ units: [Int]) -> [Int: Double] {
            var counts: [Int: Double] = [:]
            for _ in units { counts[units[generator.below(units.count)], default: 0] += 1 }
            return counts
        }
        var draws = readings.map { _ in [[Double]](repeating: [], count: 4) }
        var means = [[Double]](repeating: [], count: 4)
        for _ in 0..<settings.resamples {
            let (test, faces) = (counts(units), counts(portraits))
            let weights = own.map { test[$0] ?? 0 }
            let found = readings.map { $0.figures({ weights[$0] }, { faces[$0] ?? 0 }) }
            for (place, figures) in found.enumerated() {
                for (kind, figure) in figures.enumerated() { if let figure { draws[place][kind].append(figure) } }
            }
            for kind in 0..<4 {
                if let mean = Self.mean(found.compactMap { $0[kind] }) { means[kind].append(mean) }
            }
        }
        let wholes = readings.map { $0.figures({ _ in 1 }, { _ in 1 }) }
        var record = LinearReadingRecord(
            encoder: encoder, training: fitting.count + choosing.count, validation: choosing.count, test: test.count,
            faces: drawn.isEmpty ? nil : drawn.count,
            attributes: zip(readings, zip(wholes, draws)).compactMap { reading, found in
                let figures = zip(found.0, found.1).map(Self.figure)
                guard let r2 = figures[0], let auc = figures[1] else { return nil }
                return LinearReadingRecord.Attribute(
                    name: reading.attribute.name, statedTrue: reading.target.count { $0 == 1 },
                    statedFalse: reading.target.count { $0 == -1 }, r2: r2, auc: auc, drawn: figures[2],
                    lost: figures[3], alpha: reading.alpha, inversePenalty: reading.c)
            })
        let overall = (0..<4).map { kind in Self.figure(Self.mean(wholes.compactMap { $0[kind] }), means[kind]) }
        (record.r2, record.auc, record.drawn, record.lost) = (overall[0], overall[1], overall[2], overall[3])
        return record
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    private static func figure(_ value: Double?, _ draws: [Double]) -> LinearReadingRecord.Figure? {
        guard let value, draws.count > 1 else { return nil }
        let sorted = draws.sorted()
        return .init(
            value: value,
            interval: Interval(
                interpolatedQuantile(ofSorted: sorted, 0.025), interpolatedQuantile(ofSorted: sorted, 0.975)))
    }
}
