import Foundation
import SynLatentSpace
import SynTensors
import TestSupport
import Testing

/// What umap-learn, openTSNE and scikit-learn say of a small set.
struct MapFixture: Decodable {
    let points: [[Double]]
    let new: [[Double]]
    let a: Double
    let b: Double
    let ids: [[Int32]]
    let rho: [Double]
    let sigma: [Double]
    let heads: [Int]
    let tails: [Int]
    let weights: [Double]
    let laplacian: [Double]
    let newIds: [[Int32]]
    let newSigma: [Double]
    let newWeights: [Double]
    let probabilities: [Double]
    let placed: [[Double]]
    let gradient: [Double]
    let divergence: Double
    let trustworthiness: [String: Double]
    /// scikit-learn's PCA by a full decomposition: coordinates and shares.
    let pca: [[Double]]
    let shares: [Double]

    static func read() throws -> MapFixture {
        try JSONDecoder().decode(MapFixture.self, from: Data(contentsOf: Fixture.url("space/maps.json")))
    }

    static func matrix(_ rows: [[Double]]) -> DoubleMatrix {
        DoubleMatrix(rows.flatMap(\.self), rows: rows.count, columns: rows[0].count)
    }

    /// Unit to all digits, as rounded rows are not.
    static func units(_ rows: [[Double]]) -> DoubleMatrix {
        matrix(rows.map { row in row.map { $0 / row.reduce(0) { $0 + $1 * $1 }.squareRoot() } })
    }
}

private func largest(_ a: [Double], _ b: [Double]) -> Double {
    a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}

@Suite("UMAP against umap-learn")
struct UMAPTests {
    @Test("a and b")
    func curve() throws {
        let (curve, told) = (UMAPCurve(), try MapFixture.read())
        #expect(abs(curve.a - told.a) < 1e-5 && abs(curve.b - told.b) < 1e-5)
        #expect(abs(curve.a - 1.576943) < 1e-5 && abs(curve.b - 0.895061) < 1e-5)
    }

    @Test("neighbours, rho, sigma, joined weights, eigenvalues")
    func graph() throws {
        let told = try MapFixture.read()
        let points = MapFixture.units(told.points)
        let near = Neighbours(of: points, among: points, k: 15, areSame: true)
        #expect(near.ids == told.ids.flatMap(\.self))
        let graph = FuzzyGraph(near)
        print("rho off by \(largest(graph.rho, told.rho)), sigma by \(largest(graph.sigma, told.sigma))")
        #expect(largest(graph.rho, told.rho) < 1e-6 && largest(graph.sigma, told.sigma) < 1e-4)
        let n = points.rows
        var (ours, theirs) = ([Double](repeating: 0, count: n * n), [Double](repeating: 0, count: n * n))
        for edge in graph.edges { ours[Int(edge.head) * n + Int(edge.tail)] = edge.weight }
        for (index, weight) in told.weights.enumerated() { theirs[told.heads[index] * n + told.tails[index]] = weight }
        print("weights off by \(largest(ours, theirs))")
        #expect(graph.edges.count == told.weights.count && largest(ours, theirs) < 1e-5)
        let values = try SpectralStart.eigenvectors(graph, Array(0..<n), 6).values
        #expect(largest(values, told.laplacian) < 1e-4)
        #expect(Set(graph.components(n)).count == 1)
    }

    @Test("new points: width and weights as umap-learn's, the start at the weighted mean; ours counts the nearest")
    func transform() throws {
        let told = try MapFixture.read()
        let (points, new) = (MapFixture.units(told.points), MapFixture.units(told.new))
        let map = try UMAP(points, seed: 1, epochs: 20)
        let (graph, start) = map.transformStart(new, likeUMAP: true)
        #expect(graph.rho.allSatisfy { $0 == 0 } && largest(graph.sigma, told.newSigma) < 1e-4)
        #expect(graph.edges.map(\.tail) == told.newIds.flatMap(\.self))
        #expect(largest(graph.edges.map(\.weight), told.newWeights) < 1e-5)
        for row in 0..<new.rows {
            let weights = told.newWeights[row * 15..<(row + 1) * 15]
            let sum = weights.reduce(0, +)
            for axis in 0..<2 {
                let expected = zip(weights, told.newIds[row]).reduce(0) { all, one in
                    all + one.0 / sum * map.positions[Int(one.1), axis]
                }
                #expect(abs(start[row, axis] - expected) < 1e-5 * max(1, abs(expected)))
            }
        }
        #expect(largest(map.transformStart(new, likeUMAP: false).graph.sigma, told.newSigma) > 1e-4)
        // Companions do not matter, and the same seed gives the same place.
        let all = try map.transform(new)
        let first = try map.transform(
            DoubleMatrix(Array(new.values[..<(2 * new.columns)]), rows: 2, columns: new.columns))
        let lowest = graph.edges.map(\.weight).max() ?? 1
        #expect(all.rows == 9 && lowest > 0 && all.values.allSatisfy(\.isFinite))
        #expect(largest(Array(first.values[..<4]), Array(all.values[..<4])) < 1e-12)
        #expect(try UMAP(points, seed: 1, epochs: 20).positions == map.positions)
    }
}

@Suite("t-SNE against openTSNE and scikit-learn")
struct TSNETests {
    @Test("probabilities of neighbours")
    func probabilities() throws {
        let told = try MapFixture.read()
        let ours = NeighbourProbabilities(MapFixture.units(told.points), perplexity: 30)
        let n = ours.count
        var dense = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for entry in ours.starts[i]..<ours.starts[i + 1] {
                dense[i * n + Int(ours.columns[entry])] = ours.values[entry]
            }
        }
        let upper = (0..<n).flatMap { i in (i + 1..<n).map { dense[i * n + $0] } }
        print("probabilities off by \(largest(upper, told.probabilities))")
        #expect(largest(upper, told.probabilities) < 1e-6 && abs(ours.values.reduce(0, +) - 1) < 1e-12)
    }

    @Test("gradient and divergence; Barnes and Hut's within two per cent")
    func gradient() throws {
        let told = try MapFixture.read()
        let ours = NeighbourProbabilities(MapFixture.units(told.points), perplexity: 30)
        let placed = told.placed.flatMap(\.self)
        let exact = TSNEForces(ours, placed, isExact: true)
        print("gradient off by \(largest(exact.gradient(), told.gradient))")
        #expect(largest(exact.gradient(), told.gradient) < 1e-8)
        #expect(abs(exact.divergence(ours) - told.divergence) < 1e-6)
        let near = TSNEForces(ours, placed.map { $0 * 20 }, isExact: false).gradient()
        let whole = TSNEForces(ours, placed.map { $0 * 20 }, isExact: true).gradient()
        let scale = whole.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let error = zip(near, whole).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        print("Barnes and Hut: off by \(error / scale)")
        #expect(error < 0.02 * scale && error > 0)
    }

    @Test("trustworthiness is scikit-learn's")
    func trustworthiness() throws {
        let told = try MapFixture.read()
        let points = MapFixture.units(told.points)
        #expect(told.trustworthiness.count == 3)
        for (k, value) in told.trustworthiness {
            let neighbours = try #require(Int(k))
            let ours = try #require(
                Trustworthiness.cosine(points, MapFixture.matrix(told.placed), k: neighbours))
            #expect(abs(ours - value) < 1e-12)
        }
        #expect(Trustworthiness.cosine(points, MapFixture.matrix(told.placed), k: 64) == nil)
    }
}

@Suite("PCA against scikit-learn")
struct PCATests {
    @Test("coordinates up to sign, shares; more points than numbers, and fewer")
    func fullDecomposition() throws {
        let told = try MapFixture.read()
        let points = MapFixture.units(told.points)
        let ours = try PrincipalComponents(points, components: 3)
        #expect(largest(ours.shares, told.shares) < 1e-12)
        for axis in 0..<3 {
            let theirs = told.pca.map { $0[axis] }
            let mine = (0..<points.rows).map { ours.scores[$0, axis] }
            #expect(min(largest(mine, theirs), largest(mine.map { -$0 }, theirs)) < 1e-10)
        }
        #expect(largest(ours.transform(points).values, ours.scores.values) < 1e-12)
        // The same through the other matrix: numbers that are all zero change nothing.
        let wide = DoubleMatrix(
            (0..<points.rows).flatMap { row in
                (0..<200).map { $0 < points.columns ? points[row, $0] : 0 }
            }, rows: points.rows, columns: 200)
        #expect(largest(try PrincipalComponents(wide, components: 3).scores.values, ours.scores.values) < 1e-10)
    }
}

@Suite("Maps of the article", .enabled(if: Amumo.isHere, Comment(rawValue: Fixture.absent)))
struct MapsOfTheArticle {
    /// Columns of the published coordinates, by name.
    static func published(_ set: String) throws -> [String: [Double]] {
        let packed = [UInt8](try Data(contentsOf: Amumo.url("\(set)/projections.csv.gz")))
        let text = String(decoding: try Amumo.unpacked(packed), as: UTF8.self)
        let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        return lines[0].enumerated().reduce(into: [:]) { all, column in
            all[String(column.element)] = lines.dropFirst().map { Double($0[column.offset]) ?? .nan }
        }
    }

    @Test("PCA up to sign, as near as the published randomised one allows", arguments: Amumo.sets, Amumo.models)
    func pca(_ set: String, _ model: String) throws {
        let told = try Self.published(set)
        let pairs = try Amumo.pairs(set, model)
        for (name, now) in [(model, pairs), (model + "_nogap", try ModalityGap(pairs).closed())] {
            let map = try Projection(now, method: .pca).positions
            for (axis, letter) in ["x", "y"].enumerated() {
                let theirs = try #require(told["\(name)_PCA_\(letter)"])
                let ours = (0..<map.rows).map { map[$0, axis] }
                let error = min(largest(ours, theirs), largest(ours.map { -$0 }, theirs))
                // Theirs is randomised: near to the last digits only where the first components stand apart.
                let isStrict = name == "CyCLIP" && axis == 0 || set == Amumo.sets[0] && name == "CLIP"
                print("\(set) \(name) \(letter): off by \(error)")
                #expect(error < (isStrict ? axis == 0 ? 1e-10 : 2e-4 : 1e-2), "\(set) \(name) \(letter)")
                if axis == 0 {   // the exact first component explains at least as much
                    func variance(_ values: [Double]) -> Double {
                        let mean = values.reduce(0, +) / Double(values.count)
                        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                    }
                    #expect(variance(ours) >= variance(theirs) - 1e-9)
                }
            }
        }
        if set == Amumo.sets[0], model == "CLIP" {
            let shares = try PrincipalComponents(pairs.stacked, components: 3).shares
            #expect(largest(shares, [0.229540, 0.038132, 0.031057]) < 5e-7)
        }
    }

    @Test("what the published maps show of pairs")
    func pairFigures() throws {
        let told = try Self.published(Amumo.sets[0])
        for (name, edge, rank, other) in [
            ("CLIP", 1.23, 49.0, 0.0), ("CLIP_nogap", 0.25, 3, 0.40), ("CyCLIP_nogap", 0.06, 2, 0.53),
            ("CLOOB", 0.12, 2, 0.52),
        ] {
            let (x, y) = (try #require(told["\(name)_UMAP_x"]), try #require(told["\(name)_UMAP_y"]))
            let figures = try #require(
                PairFigures.of(DoubleMatrix(zip(x, y).flatMap { [$0, $1] }, rows: x.count, columns: 2)))
            print(name, figures)
            #expect(abs(figures.edge - edge) < 0.01 && abs(figures.otherModality - other) < 0.01, "\(name) \(figures)")
            #expect(abs(figures.partnerRank - rank) <= 1, "\(name) \(figures)")
        }
    }

    @Test("UMAP and t-SNE of five seeds are as trustworthy as the published maps")
    func trustworthiness() throws {
        // Published, 15 neighbours: UMAP, t-SNE.
        let told: [(String, String, Bool, Double, Double)] = [
            ("CLIP", "CLIP", false, 0.925, 0.936), ("CLIP closed", "CLIP", true, 0.830, 0.846),
            ("CyCLIP closed", "CyCLIP", true, 0.910, 0.906), ("CLOOB", "CLOOB", false, 0.771, 0.765),
        ]
        for (name, model, isClosed, umap, tsne) in told {
            let pairs = try Amumo.pairs(Amumo.sets[0], model)
            let now = isClosed ? try ModalityGap(pairs).closed() : pairs
            for (method, least) in [(Projection.Method.umap, umap), (.tsne, tsne)] {
                let found = try (0..<5).map { seed in
                    try Projection(now, method: method, seed: UInt64(seed)).trustworthiness ?? 0
                }
                print("\(name), \(method.rawValue): \(found.map { String(format: "%.3f", $0) }), published \(least)")
                #expect(found.reduce(0, +) / 5 >= least - 0.01, "\(name), \(method.rawValue): \(found)")
            }
        }
    }
}
