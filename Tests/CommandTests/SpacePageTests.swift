import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

/// The interactive page in Chromium: Tests/SpacePage/checks.py tries it as a reader would, and holds its numbers against
/// those of `space gap`.
@Suite(
    "The latent space's page in a browser", .serialized,
    .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct SpacePageTests {
    static let folder = Fixture.package.appending(path: "Tests/SpacePage")
    static let modules = Fixture.package.appending(path: "Sources/CSpacePage/page")
    static let noBrowser: Comment =
        "there is no chromium with python3 here, so the page is not tried; apt-get install chromium"
    static let noChecker: Comment =
        "there is no tsc here, so the page's script is not checked; apt-get install node-typescript"

    static func path(_ program: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { $0 + "/" + program }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static let hasBrowser = path("python3") != nil && (path("chromium") ?? path("google-chrome")) != nil

    /// What a program printed, and its exit code.
    private func run(_ program: String, _ arguments: [String]) throws -> (output: String, code: Int32) {
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.path(program)))
        process.arguments = arguments
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: output, as: UTF8.self), process.terminationStatus)
    }

    /// All checks of a page made of some source; what they print is the test's own log.
    private func explore(_ source: [String], _ more: [String] = [], checks: [String] = []) throws -> String {
        let place = try Workplace()
        let gap = try CommandRun(["space", "gap", "--json", "-q"] + source)
        _ = try place.file("gap.json", gap.output)
        let made = try CommandRun(["space", "explore", "--out", place.path("page.html"), "-q"] + source + more)
        try #require(made.exitCode == 0, "\(made.complaints)")
        let page = place.path("page.html")
        let (output, code) = try run(
            "python3", [Self.folder.appending(path: "checks.py").path, page, place.path("gap.json")] + checks)
        print(output)
        for line in output.split(separator: "\n") where line.hasPrefix("failed ") { Issue.record("\(line)") }
        #expect(code == 0 && output.contains(", 0 failed"), "\(output)")
        return output
    }

    @Test(
        "the article's own matrix", .enabled(if: hasBrowser, noBrowser),
        .enabled(if: Fixture.sharedData("amumo") != nil))
    func matrix() throws {
        let folder = try #require(Fixture.sharedData("amumo/MSCOCO-Val_size-100"))
        let output = try explore(
            ["--matrix", folder.appending(path: "CLIP_gram_upper.txt.gz").path],
            ["--captions", folder.appending(path: "prompts.txt").path])
        #expect(output.contains("ok states") && output.contains("ok lasso") && output.contains("ok painters"))
    }

    @Test(
        "a model with its text tower in the page", .enabled(if: hasBrowser, noBrowser),
        .enabled(if: Workplace.has("clip-small"), Comment(rawValue: Workplace.absent)))
    func tower() throws {
        let place = try Workplace()
        let phrases = try place.file("phrases.txt", "a person with a hat\nShe has <b>blond</b> hair.\n")
        let output = try explore(
            ["--model", Workplace.weights("clip-small"), "--data", "portraits", "--sample", "60"],
            ["--queries", phrases])
        #expect(output.contains("ok tower (vectors within") && output.contains("ok phrases (2 of them)"))
    }

    @Test(
        "10,000 pairs of random vectors: budgets", .enabled(if: hasBrowser, noBrowser),
        .enabled(
            if: ProcessInfo.processInfo.environment["SPACE_PAGE_LARGE"] != nil,
            "10,000 pairs take minutes, and a quiet machine; SPACE_PAGE_LARGE=1 asks for them"))
    func large() throws {
        let place = try Workplace()
        let (n, width) = (10_000, 256)
        var stream = RandomStream(seed: 1, purpose: "large page")
        let images = (0..<n * width).map { _ in stream.normal() }
        let texts = images.map { $0 + 1.5 * stream.normal() + 0.3 }
        try writeSafetensors(
            [
                ("images", Tensor(images, shape: [n, width])), ("texts", Tensor(texts, shape: [n, width])),
            ], to: place["v.safetensors"])
        let output = try explore(
            ["--vectors", place.path("v.safetensors")], ["--maps", "pca"], checks: ["--large"])
        #expect(output.contains("ok budgets") && output.contains("ok states"))
    }

    @Test("the script is typed: TypeScript's checkJs finds nothing", .enabled(if: path("tsc") != nil, noChecker))
    func types() throws {
        let place = try Workplace()
        let settings = """
            {"compilerOptions": {"allowJs": true, "checkJs": true, "noEmit": true, "strict": true, "target": "es2022",
            "module": "es2022", "lib": ["es2022", "dom", "dom.iterable"], "noUnusedLocals": true,
            "noUnusedParameters": true}, "include": ["\(Self.modules.path)/*.js"]}
            """
        let (output, code) = try run("tsc", ["-p", try place.file("tsconfig.json", settings)])
        #expect(code == 0, "\(output)")
    }
}
