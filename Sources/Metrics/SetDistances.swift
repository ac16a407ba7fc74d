import SynTensors

/// How far a set of pictures is from another one, by the final features of an Inception network.
package struct SetDistances: Codable, Sendable, Equatable {
    /// On pictures as they are, and on what the released code fed to the network.
    package let fid: FrechetDistance
    package let fidAsPublished: FrechetDistance?
    package let kid: KernelDistance
    /// Nil for sets of three pictures or fewer, and for sets so large that nobody asked for it.
    package let coverage: PrecisionRecall?

    enum CodingKeys: String, CodingKey {
        case fid, kid
        case fidAsPublished = "fid_as_published"
        case coverage = "precision_recall"
    }

    /// Features of a set, each [pictures, features].
    package struct Features: Sendable {
        package let plain: Tensor
        package let published: Tensor?

        package init(plain: Tensor, published: Tensor?) { (self.plain, self.published) = (plain, published) }
    }

    /// - Parameter most: pictures of a set up to which precision and recall are computed: their time grows with the
    ///   square.
    package init(between drawn: Features, and real: Features, seed: UInt64, coverageUpTo most: Int = .max) throws {
        let (first, second) = (DoubleMatrix(drawn.plain), DoubleMatrix(real.plain))
        fid = try FrechetDistance(between: drawn.plain, and: real.plain)
        if let own = drawn.published, let other = real.published {
            fidAsPublished = try FrechetDistance(between: own, and: other)
        } else {
            fidAsPublished = nil
        }
        kid = try KernelDistance(between: first, and: second, seed: seed)
        let sizes = [first.rows, second.rows]
        coverage = sizes.allSatisfy { (4...most).contains($0) } ? try PrecisionRecall(of: first, among: second) : nil
    }

    /// What a reader of the numbers must know.
    package var notes: [String] {
        var notes = [fid.warning].compactMap(\.self)
        let fewest = min(fid.firstCount, fid.secondCount)
        if fewest < 10_000 {
            notes.append(
                "a Fréchet distance is too large, by about a term in 1/n, and \(fewest) pictures are few (10,000 at "
                    + "least are usual, Heusel et al. 2017): compare it only with one of as many pictures on both "
                    + "sides; the kernel distance has no such bias")
        }
        if kid.subsetSize < KernelDistance.usualSize {
            notes.append(
                "the kernel distance is over subsets of \(kid.subsetSize) pictures, for there are no "
                    + "\(KernelDistance.usualSize)")
        }
        return notes
    }
}
