import ArgumentParser
import SynEmbedding
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

    @Option(help: "A model with both towers: a CLIP's or SigLIP's folder, or org/name in the cache.")
    var model: String?

    @Option(
        help: """
            With --model: portraits (the drawn world), a table with columns image and caption, an image folder with \
            metadata.csv, a COCO captions JSON, or a folder as Multi-Modal CelebA-HQ's.
            """)
    var data: String?

    @Option(
        help: "In project and cluster: a text encoder alone, as BERT or GPT-2, on --captions; org/name or a folder.")
    var encoder: String?

    @Option(help: "The folder of a table's or a COCO file's pictures. (default: that of the file)")
    var images: String?

    @Option(help: "With --matrix, --vectors or --encoder: a file with one caption a line.")
    var captions: String?

    @Option(help: "The most pairs; of more, so many are drawn. (default: 10000, of the drawn world 1000)")
    var sample: Int?

    @Option(help: "The seed of everything drawn at random.")
    var seed: UInt64 = 0

    @OptionGroup var named: ActivationOption

    func validate() throws {
        let given = [matrix, vectors, model, encoder].compactMap(\.self).count
        guard given <= 1 else {
            throw ValidationError("--matrix, --vectors, --model and --encoder exclude each other; give one")
        }
        if encoder != nil && captions == nil { throw ValidationError("--encoder reads --captions; give both") }
        if (model == nil) != (data == nil) { throw ValidationError("--model and --data belong together; give both") }
        if images != nil && data == nil { throw ValidationError("--images belongs to --data; give both") }
        if captions != nil && model != nil {
            throw ValidationError("with --model the captions are those of --data; leave --captions out")
        }
        if let sample { try NumberRange.sample.check(sample, "--sample") }
    }

    enum PairsOrTexts {
        case pairs(LatentSpaceInput)
        case texts(TextVectors)
    }

    /// Texts alone where a text encoder is named, else pairs.
    func readPairsOrTexts(_ shared: SharedOptions) throws -> PairsOrTexts {
        guard let encoder, let captions else { return .pairs(try read(shared)) }
        let embedder = try TextEmbedder(folder: shared.locator.folder(of: encoder), activation: named.activation)
        let all = try shared.captions(captions).captions
        let most = sample ?? PairedVectors.most
        var chosen = all
        if all.count > most {
            chosen = PairedVectors.drawn(most, of: all.count, seed: seed).map { all[$0] }
            shared.remark(drawn(most, of: all.count, captions, "texts"))
        }
        for sentence in [embedder.reader.remark, embedder.remark(on: chosen)].compactMap(\.self) {
            shared.remark(sentence)
        }
        let watch = SignalWatch(keeps: false)
        var bar = shared.progress("texts", total: chosen.count)
        defer { bar.finish() }
        return .texts(
            try TextVectors(chosen, by: embedder) { done in
                bar.advance(to: done)
                try watch.interruption.check()
            })
    }

    /// Reads them, and tells what is to be known about them.
    func read(_ shared: SharedOptions) throws -> LatentSpaceInput {
        let most = sample ?? PairedVectors.most
        let count = vectors.flatMap(PairedVectors.count)
        if let vectors, let count, count > most { shared.remark(drawn(most, of: count, vectors)) }   // before the work
        let all = try whole(shared, count: count, most: most)
        for sentence in all.pairs.remarks { shared.remark(sentence) }
        guard let some = try all.sampled(most, seed: seed) else { return all }
        if count == nil { shared.remark(drawn(most, of: all.pairs.count, all.pairs.source)) }
        return some
    }

    private func drawn(_ most: Int, of count: Int, _ source: String, _ items: String = "pairs") -> String {
        Self.drawn(most, of: count, source, items, seed: seed, offersChoice: sample == nil)
    }

    /// What is told where some of many are drawn.
    static func drawn(
        _ most: Int, of count: Int, _ source: String, _ items: String, seed: UInt64, offersChoice: Bool = true
    ) -> String {
        "\(source): of \(count) \(items) \(most) are drawn with seed \(seed)"
            + (offersChoice ? "; --sample takes more or fewer" : "")
    }

    /// - Parameter count: of pairs in a file of vectors, where it tells them at once.
    private func whole(_ shared: SharedOptions, count: Int?, most: Int) throws -> LatentSpaceInput {
        if let encoder {
            throw UserError(
                .settings,
                "\(encoder) is named as a text encoder, and this looks at pictures too; give --model with --data, or "
                    + "look at its texts with space project or space cluster")
        }
        guard [matrix, vectors, model].contains(where: { $0 != nil }) else {
            throw UserError(.settings, "nothing to look at; give --matrix, --vectors, or --model with --data")
        }
        if model != nil {
            let encoding = try encoding(shared)
            let watch = SignalWatch(keeps: false)
            var bar = shared.progress("pairs", total: encoding.count)
            let vectors = try encoding.vectors(at: 0..<encoding.count) { done in
                bar.advance(to: done)
                try watch.interruption.check()
            }
            bar.finish()
            return try encoding.input([vectors])
        }
        let captions = try captions.map { try shared.captions($0).captions }
        if let matrix { return try LatentSpaceInput(pairs: SimilarityMatrix(path: matrix).pairs(), captions: captions) }
        return try LatentSpaceInput(
            vectorsAt: vectors ?? "", count: count, captions: captions, most: most, seed: seed)
    }

    private func pictures(_ data: String, _ shared: SharedOptions) throws -> PicturesWithCaptions {
        let pictures =
            data == "portraits"
            ? try PicturesWithCaptions(portraits: sample ?? 1_000)
            : try PicturesWithCaptions(data, images: images)
        let most = sample ?? PairedVectors.most
        guard let drawn = try pictures.sampled(most, seed: seed) else { return pictures }
        shared.remark(self.drawn(most, of: pictures.count, pictures.source))
        return drawn
    }

    /// For what puts pictures and captions through towers by itself.
    func encoding(_ shared: SharedOptions) throws -> PairEncoding {
        guard let model, let data else {
            throw UserError(
                .settings, "this needs pictures and the form of two towers; give --model with --data")
        }
        let pictures = try pictures(data, shared)
        return PairEncoding(
            pictures, try TwoTowers(folder: shared.locator.folder(of: model), activation: named.activation))
    }

    /// For a study that keeps what it makes of pictures, piece by piece.
    func subject(_ shared: SharedOptions) throws -> SpaceStudyWork.Subject {
        guard model != nil else { return .pairs(try read(shared)) }
        let encoding = try encoding(shared)
        for sentence in encoding.remarks { shared.remark(sentence) }
        return .pictures(encoding, portraits: data == "portraits")
    }
}
