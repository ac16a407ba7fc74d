import Foundation
import SynFiles
import SynPortraits
import SynTokenizers

/// The vocabularies of the miniature encoders, made from captions of portraits that no model is tested with.
enum CaptionVocabulary {
    /// WordPiece for the BERT-style models: a folder with `vocab.txt` and its settings, made if absent.
    static func wordPieceFolder(in work: URL) throws -> URL {
        try folder(work.appending(path: "vocabulary-wordpiece")) { folder in
            try WordPieceTrainer(vocabularySize: 320).train(on: captions).write(to: folder, modelMaximumLength: 128)
        }
    }

    /// Byte pairs for the CLIP-style models, with the preprocessing of their images.
    static func clipFolder(in work: URL, size: Int = usualBytePairs) throws -> URL {
        let name = "vocabulary-clip" + (size == usualBytePairs ? "" : "-\(size)")
        return try folder(work.appending(path: name)) { folder in
            try BPETrainer(vocabularySize: size).train(on: captions).write(to: folder, modelMaximumLength: 77)
            try AtomicFile.write(preprocessing, to: folder.appending(path: "preprocessor_config.json"))
        }
    }

    /// How many pieces the CLIP-style encoders know.
    static let usualBytePairs = 800

    /// Half a million words are plenty for a grammar of a few hundred.
    private static var captions: [String] {
        let world = PortraitWorld()
        let first = MiniatureModel.bertMini.portraits.first - 10_000
        return (first..<first + 4000).flatMap { world.portrait(at: $0).captions }
    }

    /// A folder that exists only when complete. Of several processes that want it one makes it, and the others wait.
    private static func folder(_ folder: URL, _ make: (URL) throws -> Void) throws -> URL {
        guard !FileManager.default.fileExists(atPath: folder.path) else { return folder }
        let work = folder.deletingLastPathComponent()
        try AtomicFile.makeFolder(work)
        let lock = try FileLock(work.appending(path: ".\(folder.lastPathComponent).lock")) {}
        defer { withExtendedLifetime(lock) {} }
        guard !FileManager.default.fileExists(atPath: folder.path) else { return folder }
        let unfinished = work.appending(path: ".\(folder.lastPathComponent).part")
        if FileManager.default.fileExists(atPath: unfinished.path) {
            try FileManager.default.removeItem(at: unfinished)
        }
        try AtomicFile.makeFolder(unfinished)
        try make(unfinished)
        try FileManager.default.moveItem(at: unfinished, to: folder)
        return folder
    }

    /// Portraits come at the towers' own size; mean and deviation put pixels into −1...1.
    private static let preprocessing = """
        {
          "crop_size": {"height": 64, "width": 64},
          "do_center_crop": true,
          "do_convert_rgb": true,
          "do_normalize": true,
          "do_rescale": true,
          "do_resize": true,
          "image_mean": [0.5, 0.5, 0.5],
          "image_processor_type": "CLIPImageProcessor",
          "image_std": [0.5, 0.5, 0.5],
          "resample": 3,
          "rescale_factor": 0.00392156862745098,
          "size": {"shortest_edge": 64}
        }

        """
}
