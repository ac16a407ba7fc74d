import Foundation
import SynFiles
import SynImages

/// Writes portraits in the layout of Multi-Modal CelebA-HQ, one at a time; the caller owns the loop.
///
///     DIR/celeba-hq/7.png                          the picture
///     DIR/celeba-caption/7.txt                     ten captions, one a line
///     DIR/CelebAMask-HQ-attribute-anno.txt         count, forty names, then a row of 1 and -1 for each picture
///     DIR/celebahqtrain.txt                        imgHQ00007.npy, as taming-transformers lists the split;
///     DIR/celebahqvalidation.txt                   readers take the number out of the name
///
///     let dataset = PortraitDataset(world: world, directory: url, indices: 0..<1000)
///     try dataset.prepare()
///     for index in dataset.indices where !dataset.holds(index) { try dataset.write(index) }
///     try dataset.finish()
///
/// Every file is written under a temporary name and renamed, so an interrupted run can be continued.
package struct PortraitDataset: Sendable {
    package let world: PortraitWorld
    package let directory: URL
    package let indices: Range<Int>
    /// Pixels a side.
    package let size: Int

    package init(world: PortraitWorld = PortraitWorld(), directory: URL, indices: Range<Int>, size: Int = 64) {
        precondition(size > 0 && indices.lowerBound >= 0, "Sizes and file numbers start at 1 and 0.")
        self.world = world
        self.directory = directory
        self.indices = indices
        self.size = size
    }

    package var imageFolder: URL { directory.appending(path: "celeba-hq") }
    package var captionFolder: URL { directory.appending(path: "celeba-caption") }

    package func imageFile(_ index: Int) -> URL { imageFolder.appending(path: "\(index).png") }
    package func captionFile(_ index: Int) -> URL { captionFolder.appending(path: "\(index).txt") }

    /// Makes the folders.
    package func prepare() throws {
        for folder in [imageFolder, captionFolder] {
            do {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            } catch {
                throw ImageError(.unwritable, "\(folder.path): the folder cannot be made; choose another with --out.")
            }
        }
    }

    /// Whether both files of a portrait are there already. Says nothing about their size or world.
    package func holds(_ index: Int) -> Bool {
        FileManager.default.fileExists(atPath: imageFile(index).path)
            && FileManager.default.fileExists(atPath: captionFile(index).path)
    }

    /// Writes the picture and the captions of one portrait.
    package func write(_ index: Int) throws {
        let portrait = world.portrait(at: index)
        try AtomicFile.write(portrait.captions.joined(separator: "\n") + "\n", to: captionFile(index))
        try portrait.image(size: size).writePNG(
            to: imageFile(index), texts: [TextChunk("Title", "Portrait \(index) of world \(world.seed)")])
    }

    /// Writes the two lists and the attribute table, for all indices.
    package func finish() throws {
        for (split, name) in [
            (PortraitWorld.Split.training, "celebahqtrain.txt"), (.validation, "celebahqvalidation.txt"),
        ] {
            let names = indices.filter { PortraitWorld.split(of: $0) == split }.map(Self.listName)
            try AtomicFile.write(names.map { $0 + "\n" }.joined(), to: directory.appending(path: name))
        }
        var table = "\(indices.count)\n"
        table += PortraitAttribute.allCases.map(\.name).joined(separator: " ") + "\n"
        for index in indices {
            let attributes = world.portrait(at: index).attributes
            let row = PortraitAttribute.allCases.map { attributes[$0] ? "1" : "-1" }
            table += "\(index).jpg  " + row.joined(separator: " ") + "\n"
        }
        try AtomicFile.write(table, to: directory.appending(path: "CelebAMask-HQ-attribute-anno.txt"))
    }

    /// `imgHQ00007.npy`, the name taming-transformers' lists use.
    package static func listName(_ index: Int) -> String {
        let digits = String(index)
        return "imgHQ" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".npy"
    }
}
