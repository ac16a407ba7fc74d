import SynFiles
import SynPortraits
import SynReports
import SynRuns
import SynStatistics
import SynTensors

/// Picture + text - text: does the attribute change, and does everything else stay?
package struct Arithmetic: Sendable {
    /// What is added and what is taken away, and the attribute that this should change.
    package struct Sum: Sendable, Equatable {
        package let attribute: PortraitAttribute
        package let plus: String
        package let minus: String

        package init(_ attribute: PortraitAttribute, plus: String, minus: String) {
            (self.attribute, self.plus, self.minus) = (attribute, plus, minus)
        }

        /// - Parameter name: of an attribute in CelebA's files.
        package init(named name: String, plus: String, minus: String) throws {
            let names = PortraitAttribute.allCases.filter(\.isDrawn).map(\.name)
            guard let attribute = PortraitAttribute(name: name), attribute.isDrawn else {
                throw UserError(
                    .settings,
                    "there is no drawn attribute '\(printable(name, limit: 40))'"
                        + NearestNames.suggestion(for: name, among: names) + "; they are named as in CelebA's files: "
                        + names.joined(separator: ", "))
            }
            self.init(attribute, plus: plus, minus: minus)
        }
    }

    package static let sums: [Sum] = [
        Sum(.eyeglasses, plus: "This person has eyeglasses.", minus: "This person has no eyeglasses."),
        Sum(.wearingHat, plus: "This person wears hat.", minus: "This person wears no hat."),
        Sum(.smiling, plus: "This person is smiling.", minus: "This person is not smiling."),
        Sum(.blondHair, plus: "This person has blond hair.", minus: "This person has no blond hair."),
        Sum(.heavyMakeup, plus: "This person wears heavy makeup.", minus: "This person wears no heavy makeup."),
    ]

    /// What the search among the pictures is made with.
    package enum Query: String, CaseIterable, Sendable {
        case sum = "picture + text − text"
        case start = "picture alone"
        case random = "picture + random direction"
        case text = "text alone"
    }

    /// Unit rows of pictures [n, d] and what is true of them; of the starts the same faces with the attribute.
    package let images: DoubleMatrix
    package let attributes: [PortraitAttributes]
    /// Places of pictures without the attribute, and the vector of each one's counterpart: [starts, d].
    package let starts: [Int]
    package let counterparts: DoubleMatrix
    /// Unit vectors of what is added and taken away.
    package let plus, minus: [Double]
    package let nearest: Int

    package init(
        images: DoubleMatrix, attributes: [PortraitAttributes], starts: [Int], counterparts: DoubleMatrix,
        plus: [Double], minus: [Double], nearest: Int = 10
    ) {
        (self.images, self.attributes, self.starts, self.counterparts) = (images, attributes, starts, counterparts)
        (self.plus, self.minus) = (plus, minus)
        self.nearest = max(1, min(nearest, images.rows - 1))
    }

    /// What one search found.
    struct Found {
        /// Of the nearest pictures other than the start: the share with the attribute, and the mean share of the other
        /// drawn attributes that are as the start's.
        let changed, kept: Double
        /// Where the counterpart stands among it and all pictures but the start, 1 first; ties count against.
        let rank: Int
    }

    func search(_ query: Query, _ attribute: PortraitAttribute, seed: UInt64) -> [Found] {
        let direction = zip(plus, minus).map { $0 - $1 }
        let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let others = PortraitAttribute.allCases.filter { $0.isDrawn && $0 != attribute }
        let d = images.columns
        let queries = starts.flatMap { start -> [Double] in
            let x = images.row(start)
            switch query {
            case .start: return Array(x)
            case .text: return plus
            case .sum: return zip(x, direction).map { $0 + $1 }
            case .random:
                var stream = RandomStream(seed: seed, purpose: "random direction", index: start)
                let drawn = (0..<d).map { _ in Double(stream.normal()) }
                let own = drawn.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return zip(x, drawn).map { $0 + $1 * length / own }
            }
        }
        // Not of length 1: a query's length changes no order.
        let rows = DoubleMatrix(queries, rows: starts.count, columns: d)
        let cosines = rows.times(images, .transposed)   // [starts, n]
        return starts.indices.map { i in
            let (start, row) = (starts[i], Array(cosines.row(i)))
            let own = dot(rows.row(i), counterparts.row(i))
            let order = row.indices.filter { $0 != start }.sorted { row[$0] != row[$1] ? row[$0] > row[$1] : $0 < $1 }
            let top = order.prefix(nearest).map { attributes[$0] }
            let changed = Double(top.count { $0[attribute] }) / Double(top.count)
            let kept =
                top.reduce(0.0) { sum, one in
                    sum + Double(others.count { one[$0] == attributes[start][$0] }) / Double(others.count)
                } / Double(top.count)
            let tie = RetrievalRanks.tie
            let rank = 1 + row.indices.count { $0 != start && row[$0] >= own - tie }
            return Found(changed: changed, kept: kept, rank: rank)
        }
    }

    package func figures(_ attribute: PortraitAttribute, seed: UInt64) throws -> [ArithmeticRecord.Figures] {
        let alone = search(.start, attribute, seed: seed)
        return try Query.allCases.map { query in
            let found = query == .start ? alone : search(query, attribute, seed: seed)
            let difference = zip(found, alone).map { $0.changed - $1.changed }
            let varies = Set(difference).count > 1
            return .init(
                query: query.rawValue, changed: mean(found.map(\.changed)), kept: mean(found.map(\.kept)),
                r1: mean(found.map { $0.rank == 1 ? 1 : 0 }), r10: mean(found.map { $0.rank <= 10 ? 1 : 0 }),
                medianRank: RetrievalRanks(ranks: found.map(\.rank)).median,
                changedMoreThanAlone: mean(difference),
                interval: query != .start && varies ? try TTest.oneSample(difference).interval : nil)
        }
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
}
