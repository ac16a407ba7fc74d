import ArgumentParser
import SynEmbedding
import SynLatentSpace
import SynRuns

/// A model of two towers and pictures of which something is known.
struct TowersInput: ParsableArguments {
    @Option(help: "A model with both towers: a CLIP's or SigLIP's folder, or org/name in the cache.")
    var model: String

    @Option(
        help: """
            portraits (the drawn world), a table with columns image and caption, an image folder with metadata.csv, a \
            COCO captions JSON, or a folder as Multi-Modal CelebA-HQ's.
            """)
    var data = "portraits"

    @Option(help: "The folder of a table's or a COCO file's pictures. (default: that of the file)")
    var images: String?

    @Option(help: "How many portraits, or the most pictures of other data; of more, so many are drawn.")
    var sample = 1_000

    @Option(help: "The seed of everything drawn at random.")
    var seed: UInt64 = 0

    @OptionGroup var named: ActivationOption

    func validate() throws {
        if images != nil && data == "portraits" {
            throw ValidationError("portraits are drawn and in no folder; leave --images out")
        }
        try NumberRange.sample.check(sample, "--sample")
    }

    func towers(_ shared: SharedOptions) throws -> TwoTowers {
        let towers = try TwoTowers(folder: shared.locator.folder(of: model), activation: named.activation)
        if let sentence = towers.images.remark { shared.remark(sentence) }
        return towers
    }

    func known(_ shared: SharedOptions) throws -> KnownPictures {
        guard data != "portraits" else { return try KnownPictures(portraits: sample) }
        let all = try PicturesWithCaptions(data, images: images)
        if let sentence = all.remark { shared.remark(sentence) }
        guard let drawn = try all.sampled(sample, seed: seed) else { return KnownPictures(all) }
        shared.remark(SpaceInput.drawn(sample, of: all.count, all.source, "pictures", seed: seed))
        return KnownPictures(drawn)
    }

    /// The pictures through the model, with a line of progress.
    func encoded(_ known: KnownPictures, _ towers: TwoTowers, _ shared: SharedOptions) throws -> EncodedPictures {
        let watch = SignalWatch(keeps: false)
        var bar = shared.progress("pictures", total: known.count)
        let found = try EncodedPictures(known, by: towers) { done in
            bar.advance(to: done)
            try watch.check()
        }
        bar.finish()
        return found
    }
}
