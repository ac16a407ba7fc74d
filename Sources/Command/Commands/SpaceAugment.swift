import ArgumentParser
import Foundation
import SynEmbedding
import SynFiles
import SynLatentSpace
import SynReports
import SynRuns

struct SpaceAugment: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "augment",
        abstract: "Turns, blurs, shifts or spoils one picture step by step and tells where its vector goes.",
        discussion: """
            As Amumo: turns through a whole circle, noise up to all noise, blur up to an eighth of the width, shifts \
            through the whole picture. Without --picture a drawn portrait is taken, with its first caption.

            Examples:
              synesthesia space augment --model Weights/clip-small
              synesthesia space augment --model Weights/clip-small --picture dog.jpg --change rotate --json
            """)

    @Option(help: "A model with both towers: a CLIP's or SigLIP's folder, or org/name in the cache.")
    var model: String

    @Option(help: ArgumentHelp("A picture. (default: a drawn portrait)", valueName: "file"))
    var picture: String?

    @Option(help: "Which portrait of the drawn world's validation part, from 0.")
    var portrait = 0

    @Option(help: "What the picture is also held against.")
    var caption: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("rotate, noise, blur, shift-x, shift-y. (default: all)", valueName: "change"))
    var change: [PictureChange] = []

    @Option(help: "Steps of each change.")
    var steps = 100

    @Option(help: "The seed of the noise.")
    var seed: UInt64 = 0

    @OptionGroup var named: ActivationOption
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if !(2...2_000).contains(steps) { throw ValidationError("--steps is \(steps); it must be from 2 to 2000") }
        if !(0...1_000_000).contains(portrait) {
            throw ValidationError("--portrait is \(portrait); it must be from 0 to 1000000")
        }
        if let caption, caption.allSatisfy(\.isWhitespace) {
            throw ValidationError("--caption is empty; write a sentence or leave it out")
        }
    }

    func run() throws {
        let subject = try AugmentationSubject(picture: picture, portrait: portrait, caption: caption)
        let towers = try TwoTowers(folder: shared.locator.folder(of: model), activation: named.activation)
        let study = AugmentationStudy(towers, subject.image, caption: subject.caption, steps: steps, seed: seed)
        let changes = change.isEmpty ? PictureChange.allCases : change
        let watch = SignalWatch(keeps: false)
        var bar = shared.progress("pictures", total: steps * changes.count)
        let found = try changes.enumerated().map { place, change in
            try study.record(change) { done in
                bar.advance(to: place * steps + done)
                try watch.check()
            }
        }
        bar.finish()
        let record = AugmentationRecord(
            source: "\(towers.name) on \(subject.name)", caption: subject.caption, changes: found)
        if shared.json { return try Output.write(json: record) }
        try Output.write(record.terminal)
    }
}

extension PictureChange: ExpressibleByArgument {}
