import ArgumentParser
import SynLatentSpace
import SynRuns

/// Where the vectors of pairs come from.
struct SpaceInput: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Similarities of [images; texts], square, images first: .csv, .npy or upper triangle .txt[.gz].",
            valueName: "file"))
    var matrix: String?

    @Option(
        help: ArgumentHelp("Vectors: .safetensors or .npz with images and texts, each [n, d].", valueName: "file"))
    var vectors: String?

    @Option(help: "The most pairs; of more, so many are drawn. (default: 10000)")
    var sample: Int?

    @Option(help: "The seed of everything drawn at random.")
    var seed: UInt64 = 0

    func validate() throws {
        let given = [matrix, vectors].compactMap(\.self).count
        guard given == 1 else {
            throw ValidationError(
                given == 0
                    ? "nothing to look at; give --matrix or --vectors" : "--matrix and --vectors exclude each other")
        }
        if let sample { try NumberRange.sample.check(sample, "--sample") }
    }

    /// Reads them, and tells what is to be known about them.
    func pairs(_ shared: SharedOptions) throws -> PairedVectors {
        let all =
            if let matrix { try SimilarityMatrix(path: matrix).pairs() } else {
                try PairedVectors(vectorsAt: vectors ?? "")
            }
        for sentence in all.remarks { shared.remark(sentence) }
        let most = sample ?? PairedVectors.most
        guard let drawn = all.sampled(most, seed: seed) else { return all }
        shared.remark(
            "\(all.source): of \(all.count) pairs \(most) are drawn with seed \(seed)"
                + (sample == nil ? "; --sample takes more or fewer" : ""))
        return drawn
    }
}
