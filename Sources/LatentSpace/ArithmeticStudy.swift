import SynPortraits
import SynReports
import SynRuns
import SynTensors

/// Arithmetic with attributes of drawn portraits, whose counterparts can be drawn, and how additive the space is.
package struct ArithmeticStudy: Sendable {
    private let pictures: EncodedPictures
    private let portraits: [Portrait]
    private let gap: ModalityGap
    private let seed: UInt64

    /// Closing and centring are learned from the same portraits and their captions.
    package init(_ pictures: EncodedPictures, seed: UInt64) throws {
        let known = pictures.known
        guard let portraits = known.portraits else {
            throw UserError(
                .settings,
                "\(known.source): whether everything else stayed can only be told of drawn portraits; leave --data out")
        }
        (self.pictures, self.portraits, self.seed) = (pictures, portraits, seed)
        gap = ModalityGap(
            try PairedVectors(
                images: pictures.vectors, texts: pictures.towers.texts(known.pictures.captions), source: known.source))
    }

    /// - Parameters:
    ///   - most: starts of each attribute.
    ///   - progress: told which attribute begins.
    package func record(
        _ sums: [Arithmetic.Sum], nearest: Int = 10, most: Int = 200, progress: (Int) throws -> Void = { _ in }
    ) throws -> ArithmeticRecord {
        var changes: [ArithmeticRecord.Change] = []
        for (place, sum) in sums.enumerated() {
            try progress(place)
            changes.append(try change(sum, nearest, most))
        }
        return ArithmeticRecord(
            source: pictures.source, pictures: portraits.count, nearest: nearest,
            changes: changes, additivity: try additivity())
    }

    private func change(_ sum: Arithmetic.Sum, _ nearest: Int, _ most: Int) throws -> ArithmeticRecord.Change {
        let world = PortraitWorld()
        let pairs = portraits.indices.lazy.compactMap { place -> (Int, Portrait)? in
            let start = portraits[place]
            guard !start.attributes[sum.attribute] else { return nil }
            var wanted = start.attributes
            wanted[sum.attribute] = true
            let other = world.portrait(at: start.index, attributes: wanted)
            return other.attributes[sum.attribute] ? (place, other) : nil
        }.prefix(most)
        let chosen = Array(pairs)
        guard chosen.count >= 2 else {
            throw UserError(
                .badData,
                "\(pictures.known.source): \(chosen.count) portraits lack \(sum.attribute.name) and could have it; "
                    + "take more")
        }
        let counterparts = try pictures.towers.pictures(chosen.count) { chosen[$0].1.image() }
        let texts = try pictures.towers.texts([sum.plus, sum.minus])
        let attributes = portraits.map(\.attributes)
        let treated = try Treatment.allCases.map { treatment in
            let words = try treatment.texts(texts, by: gap)
            return ArithmeticRecord.Treated(
                vectors: treatment.rawValue,
                queries: try Arithmetic(
                    images: treatment.images(pictures.vectors, by: gap), attributes: attributes,
                    starts: chosen.map(\.0),
                    counterparts: treatment.images(counterparts, by: gap), plus: Array(words.row(0)),
                    minus: Array(words.row(1)), nearest: nearest
                ).figures(sum.attribute, seed: seed))
        }
        return .init(
            attribute: sum.attribute.phrase ?? sum.attribute.name, plus: sum.plus, minus: sum.minus,
            starts: chosen.count, share: Double(attributes.count { $0[sum.attribute] }) / Double(attributes.count),
            treated: treated)
    }

    private func additivity() throws -> [ArithmeticRecord.Additive] {
        let attributes = portraits.map(\.attributes)
        let (design, out) = (Additivity.design(attributes), Additivity.heldOut(attributes, seed: seed))
        var stream = RandomStream(seed: seed, purpose: "attributes of others")
        let order = stream.permutation(attributes.count)
        let strange = design.rows(at: order)
        return try [
            ("pictures", pictures.vectors, design), ("captions", gap.pairs.texts, design),
            ("pictures, attributes of others", pictures.vectors, strange),
        ].map { what, vectors, design in
            let found = try Additivity(vectors, design: design, isHeldOut: out)
            return .init(
                vectors: what, fitted: found.fitted, heldOut: found.heldOut, fittedCount: found.fittedCount,
                heldOutCount: found.heldOutCount)
        }
    }
}
