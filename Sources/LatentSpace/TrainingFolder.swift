import Foundation
import SynFiles
import SynRuns

/// Where a command's trainings keep their states until all is measured: the same command made again goes on there.
package struct TrainingFolder {
    /// A folder for each training.
    let states: URL
    /// Equal for commands that train the same.
    let key: String
    let interruption: Interruption
    let remark: (String) -> Void
    private let url: URL
    private let lock: FileLock

    /// - Parameters:
    ///   - url: made if need be; no two processes have it at a time.
    ///   - key: of the towers' form and whatever else all trainings share.
    ///   - interruption: a wish to stop, heard between steps after the states are saved.
    ///   - remark: is told when a saved state cannot be used.
    package init(
        _ url: URL, key: String, interruption: Interruption, remark: @escaping (String) -> Void
    ) throws {
        try AtomicFile.makeFolder(url)
        lock = try FileLock(folder: url)
        (self.url, self.key, self.interruption, self.remark) = (url, key, interruption, remark)
        states = url.appending(path: "states")
    }

    /// Removes the states, and the folder where nothing else is in it.
    package func close() {
        let files = FileManager.default
        try? files.removeItem(at: states)
        if (try? files.contentsOfDirectory(atPath: url.path)) == [FileLock.name] { try? files.removeItem(at: url) }
    }
}
