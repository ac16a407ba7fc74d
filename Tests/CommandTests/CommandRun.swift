import Foundation
import TestSupport

/// One run of the built program in a fixed surrounding, and all that a user sees of it.
struct CommandRun: Sendable {
    let arguments: [String]
    let output: String
    let complaints: String
    let exitCode: Int32

    /// The program beside the test bundle; nil if it has not been built.
    static let program: URL? = {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let folders = [tests.deletingLastPathComponent(), Fixture.package.appending(path: ".build/release")]
        return folders.map { $0.appending(path: "synesthesia") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }()

    static let absent: String = "the program has not been built; run: swift build -c release --product synesthesia"

    /// Where the program runs, so that no machine's path gets into what it prints.
    static let folder = Fixture.url("command/inputs")

    /// Runs the program with few and known variables. Standard input is empty unless given.
    init(_ arguments: [String], input: Data = Data(), environment: [String: String] = [:]) throws {
        self.arguments = arguments
        let scratch = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: scratch) }
        func file(_ name: String, _ content: Data = Data()) throws -> FileHandle {
            let url = scratch.appending(path: name)
            try content.write(to: url)
            return try FileHandle(forUpdating: url)
        }
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        process.currentDirectoryURL = Self.folder
        // One thread each: many tests run at once, and threads that wait for each other would only spin.
        process.environment = ["HOME": "/nonexistent", "COLUMNS": "80", "LC_ALL": "C", "OMP_NUM_THREADS": "1"]
            .merging(environment) { $1 }
        process.standardInput = try file("in", input)
        process.standardOutput = try file("out")
        process.standardError = try file("err")
        try process.run()
        process.waitUntilExit()
        exitCode = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        output = String(decoding: try Data(contentsOf: scratch.appending(path: "out")), as: UTF8.self)
        complaints = String(decoding: try Data(contentsOf: scratch.appending(path: "err")), as: UTF8.self)
    }

    /// The run as a golden file holds it; where it ran is written as FOLDER.
    var transcript: String {
        """
        $ synesthesia \(arguments.joined(separator: " "))
        exit code \(exitCode)
        --- standard output
        \(output)--- standard error
        \(complaints)
        """.replacing(Self.folder.resolvingSymlinksInPath().path, with: "FOLDER")
    }

    /// The golden transcript of that name; with `UPDATE_GOLDENS=1` this run becomes it.
    func golden(_ name: String) throws -> String {
        let url = Fixture.url("command/\(name).txt")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" {
            try Data(transcript.utf8).write(to: url, options: .atomic)
        }
        return try String(contentsOf: url, encoding: .utf8)
    }
}
