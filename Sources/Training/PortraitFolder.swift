import Foundation
import SynFiles
import SynPortraits
import SynRuns
import SynTensors

/// A folder of drawn portraits that is filled batch by batch and can be continued after a stop.
///
/// `portraits.json` remembers size and seed, so that a folder never mixes two kinds of portraits.
package struct PortraitFolder {
    private struct Kind: Codable, Equatable {
        let seed: UInt64
        let size: Int
    }

    private let dataset: PortraitDataset
    private let lock: FileLock
    /// The portraits that are not there yet.
    package let missing: [Int]
    package let count: Int

    /// - Parameters:
    ///   - count: portraits 0 ..< count; five of six are for training.
    ///   - size: pixels a side.
    ///   - seed: nil for the world that the miniature models know.
    package init(_ folder: URL, count: Int, size: Int, seed: UInt64?) throws {
        let world = seed.map { PortraitWorld(seed: $0) } ?? PortraitWorld()
        try AtomicFile.makeFolder(folder)
        lock = try FileLock(folder: folder)
        try Self.remember(Kind(seed: world.seed, size: size), in: folder)
        let dataset = PortraitDataset(world: world, directory: folder, indices: 0..<count, size: size)
        try dataset.prepare()
        for place in [folder, dataset.imageFolder, dataset.captionFolder] { AtomicFile.removeLeftovers(in: place) }
        self.dataset = dataset
        self.count = count
        missing = dataset.indices.filter { !dataset.holds($0) }
    }

    /// Draws and writes some portraits, on all threads.
    package func write(_ indices: ArraySlice<Int>) throws {
        let indices = Array(indices)
        _ = try parallelMap(indices.count) { try dataset.write(indices[$0]) }
    }

    /// Writes the lists and the table of attributes; comes last.
    package func finish() throws { try dataset.finish() }

    private static func remember(_ kind: Kind, in folder: URL) throws {
        let file = folder.appending(path: "portraits.json")
        guard let data = FileManager.default.contents(atPath: file.path) else {
            return try AtomicFile.write(json: kind, to: file)
        }
        guard let found = try? JSONDecoder().decode(Kind.self, from: data) else {
            throw UserError(.badData, "\(file.path) is not what this command writes; choose another folder")
        }
        guard found == kind else {
            throw UserError(
                .settings,
                "\(folder.path) holds portraits of size \(found.size) and seed \(found.seed); give those or another "
                    + "folder"
            )
        }
    }
}
