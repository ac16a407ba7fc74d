import Foundation

/// Where tests find their files.
public enum Fixture {
    /// The package's root folder, found from this source file.
    public static let package = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A committed fixture, by its path below `Tests/Fixtures`.
    public static func url(_ path: String) -> URL {
        package.appending(path: "Tests/Fixtures").appending(path: path)
    }

    /// Real evaluation data beside the project, or nil where it is absent.
    ///
    /// `SYNESTHESIA_SHARED_DATA` names its folder; without it, `shared/data` beside the package is tried.
    public static func sharedData(_ path: String) -> URL? {
        let named = ProcessInfo.processInfo.environment["SYNESTHESIA_SHARED_DATA"].map { URL(filePath: $0) }
        let folder = named ?? package.deletingLastPathComponent().appending(path: "shared/data")
        let url = folder.appending(path: path)
        return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }

    /// Said by a test that is skipped because the data is not there.
    public static let absent = "evaluation data is absent; set SYNESTHESIA_SHARED_DATA to its folder"

    /// A new folder for one test, removed by the caller or the system.
    public static func temporaryFolder() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appending(path: "synesthesia-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }
}
