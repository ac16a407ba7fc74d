import Foundation
import SynTensors

/// Where UMAP's points begin: eigenvectors of the graph's normalised Laplacian, parts that do not hang together each
/// at a place of its own.
package enum SpectralStart {
    /// - Returns: [n, 2], within about 10 of the origin, with a little noise so that no two points coincide.
    package static func positions(_ graph: FuzzyGraph, count n: Int, seed: UInt64) throws -> [Double] {
        let component = graph.components(n)
        let parts = (component.max() ?? 0) + 1
        var found = [Double](repeating: 0, count: 2 * n)
        for part in 0..<parts {
            let members = component.indices.filter { component[$0] == part }
            var stream = RandomStream(seed: seed, purpose: "umap start", index: part)
            let own =
                members.count < 4
                ? (0..<2 * members.count).map { _ in 2 * stream.uniformDouble() - 1 }
                : try layout(graph, members)
            let largest = max(own.map(abs).max() ?? 1, 1e-12)
            // One part fills the place; of several each has its own on a circle, none nearer than its size to another.
            let angle = 2 * Double.pi * Double(part) / Double(parts)
            let centre = parts == 1 ? (0, 0) : (cos(angle), sin(angle))
            let reach = parts == 1 ? 1 : sin(Double.pi / Double(parts)) / (parts == 2 ? 2 : 1)
            for (place, member) in members.enumerated() {
                found[2 * member] = centre.0 + own[2 * place] / largest * reach
                found[2 * member + 1] = centre.1 + own[2 * place + 1] / largest * reach
            }
        }
        let scale = 10 / max(found.map(abs).max() ?? 1, 1e-12)
        for point in 0..<n {
            var stream = RandomStream(seed: seed, purpose: "umap noise", index: point)
            for axis in 0..<2 {
                found[2 * point + axis] = found[2 * point + axis] * scale + 1e-4 * Double(stream.normal())
            }
        }
        return found
    }

    /// The smallest eigenvalues of the normalised Laplacian of some points, from 0 up, and their eigenvectors as rows.
    package static func eigenvectors(
        _ graph: FuzzyGraph, _ members: [Int], _ wanted: Int
    ) throws -> (values: [Double], vectors: [[Double]]) {
        let size = members.count
        let place = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
        var edges: [(Int, Int, Double)] = []
        var degrees = [Double](repeating: 0, count: size)
        for edge in graph.edges {
            guard let head = place[Int(edge.head)], let tail = place[Int(edge.tail)] else { continue }
            edges.append((head, tail, edge.weight))
            degrees[head] += edge.weight
        }
        let roots = degrees.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
        let scaled = edges.map { ($0.0, $0.1, $0.2 * roots[$0.0] * roots[$0.1]) }
        guard size > largestDense else {
            var laplacian = [Double](repeating: 0, count: size * size)
            for i in 0..<size { laplacian[i * size + i] = 1 }
            for (head, tail, weight) in scaled { laplacian[head * size + tail] -= weight }
            let system = try DoubleMatrix(laplacian, rows: size, columns: size).symmetricEigensystem()
            return (
                Array(system.values.prefix(wanted)),
                (0..<min(wanted, size)).map { Array(system.vectors.row($0)) }
            )
        }
        return iterated(scaled, degrees.map { $0.squareRoot() }, wanted)
    }

    private static let largestDense = 2_000

    /// By orthogonal iteration on (I + W)/2, whose largest eigenvalues are the Laplacian's smallest: good enough to
    /// begin with.
    private static func iterated(
        _ edges: [(Int, Int, Double)], _ first: [Double], _ wanted: Int
    ) -> (values: [Double], vectors: [[Double]]) {
        var stream = RandomStream(seed: 0, purpose: "umap iteration")
        var vectors = [first] + (1..<wanted + 4).map { _ in first.map { _ in Double(stream.normal()) } }
        var values = [Double](repeating: 0, count: vectors.count)
        for _ in 0..<200 {
            for index in vectors.indices {
                var next = vectors[index].map { $0 / 2 }
                for (head, tail, weight) in edges { next[head] += weight * vectors[index][tail] / 2 }
                for earlier in 0..<index {
                    let along = dot(next, vectors[earlier])
                    for i in next.indices { next[i] -= along * vectors[earlier][i] }
                }
                let length = max(next.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-300)
                values[index] = 2 - 2 * length   // 1 - (2 length - 1)
                vectors[index] = next.map { $0 / length }
            }
        }
        return (Array(values.prefix(wanted)), Array(vectors.prefix(wanted)))
    }

    private static func layout(_ graph: FuzzyGraph, _ members: [Int]) throws -> [Double] {
        let vectors = try eigenvectors(graph, members, 3).vectors
        return members.indices.flatMap { [vectors[1][$0], vectors[2][$0]] }
    }
}
