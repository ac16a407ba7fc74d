import Foundation
import SynCheckpoints
import SynEmbedding
import SynProbe
import SynReports
import SynRuns
import SynTensors
import TestSupport
import Testing

/// A run's folder is outside data: whatever happens to a file in it, the same command ends with what a fresh run has,
/// and says so.
///
/// One file of each kind is tried, with damages in turn; with SYNESTHESIA_DAMAGE every file with every damage, which
/// takes minutes.
@Suite(.serialized, .oneThreadCount, .enabled(if: ProbeTests.hasWeights, "Weights/decoder is absent"))
struct DamagedRunTests {
    private static let isWhole = ProcessInfo.processInfo.environment["SYNESTHESIA_DAMAGE"] != nil

    /// Ways to spoil a file; nil where one does not apply to it.
    enum Damage: String, CaseIterable {
        case truncated, firstBit, middleBit, lastBit, deleted, garbage, empty, folder, otherShape, sibling

        func apply(_ file: URL) throws -> Bool {
            var bytes = try Data(contentsOf: file)
            func flip(_ place: Int) throws {
                bytes[place] ^= 1
                try bytes.write(to: file)
            }
            guard !bytes.isEmpty else { return false }
            switch self {
            case .truncated: try bytes.prefix(bytes.count / 2).write(to: file)
            case .firstBit: try flip(0)
            case .middleBit: try flip(bytes.count / 2)
            case .lastBit: try flip(bytes.count - 1)
            case .deleted: try FileManager.default.removeItem(at: file)
            case .garbage: try Data((0..<997).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }).write(to: file)
            case .empty: try Data().write(to: file)
            case .folder:
                try FileManager.default.removeItem(at: file)
                try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
            case .otherShape:
                guard file.pathExtension == "safetensors" else { return false }
                let old = try SafetensorsFile(file)
                let tensors = old.names.map { (name: $0, tensor: Tensor([Float(1), 2], shape: [2, 1])) }
                try writeSafetensors(tensors, metadata: old.metadata, to: file)
            case .sibling:
                let folder = file.deletingLastPathComponent()
                let others = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                    .filter { $0.pathExtension == file.pathExtension && $0.lastPathComponent != file.lastPathComponent }
                guard let other = others.min(by: { $0.path < $1.path }), let found = try? Data(contentsOf: other),
                    found != bytes
                else { return false }
                try found.write(to: file)
            }
            return true
        }
    }

    /// - Parameter hasStudy: with the text study, which takes most of a fresh run's time.
    private func settings(_ output: URL, hasStudy: Bool) throws -> ProbeSettings {
        let path = ProbeTests.weights.path
        return try ProbeSettings(
            yaml: """
                name: tiny
                seeds: [1]
                decoder: \(path)/decoder
                encoders:
                  - {name: bert, path: \(path)/bert-mini, style: bert}
                  - {name: random, style: random, size: 8}
                data: {train: 12, validation: 4}
                adapter: {steps: 12, batch: 6, learning-rate: 0.01}
                sampling: {captions: 4, batch: 2}
                scores: {clip: \(path)/clip-judge, inception: \(path)/inception-mini, attributes: \(path)/attribute-reader, splits: 2}
                ablation: {encoders: [random], prefix-tokens: [1, 2], guidance: [1]}
                output: \(output.path)
                precision: f32
                threads: 1
                text-study: \(hasStudy)
                """, source: "test")
    }

    @discardableResult
    private func run(
        _ folder: URL, hasStudy: Bool, stopAfter calls: Int? = nil, _ words: inout [String]
    ) throws -> ProbeReport? {
        let interruption = Interruption()
        var (count, said) = (0, [String]())
        defer { words = said }
        do {
            return try ProbeRun(
                try settings(folder, hasStudy: hasStudy), locator: ModelLocator(environment: [:]),
                interruption: interruption,
                remark: { said.append($0) }
            ) { _ in
                count += 1
                if count == calls { interruption.request() }
            }.run()
        } catch is Interrupted {
            return nil
        }
    }

    /// All that a run's folder says, times and dates and speeds aside.
    private func results(_ folder: URL) throws -> [String: String] {
        var found: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let url = folder.appending(path: name)
            let last = url.lastPathComponent
            // A state holds the hash of a log with speeds in it and nothing finished needs it; the table of scores has
            // a column of seconds.
            guard !last.hasPrefix("."),
                !["times.json", "inputs.tsv", "state.safetensors", "scores.csv"].contains(last),
                !name.hasPrefix("report."),
                (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
            else { continue }
            let bytes = try Data(contentsOf: url)
            var text = bytes.base64EncodedString()
            if ["json", "jsonl"].contains(url.pathExtension) {
                text = String(decoding: bytes, as: UTF8.self)
                    .replacing(/"samples_per_second":[^,}]*/, with: "").replacing(/"seconds" : [^,\n]*/, with: "")
            }
            found[name] = text
        }
        for name in ["report.html", "report.md", "report.json"]
        where FileManager.default.fileExists(atPath: folder.appending(path: name).path) {
            found[name] = "there"
        }
        return found
    }

    private func report(_ folder: URL) throws -> ProbeReport {
        var report = try RecordFile.read(ProbeReport.self, from: folder.appending(path: "report.json"))
        report.provenance.date = ""
        report.provenance.stages = []
        report.settings = []
        for place in report.scores.indices { report.scores[place].seconds = nil }
        return report
    }

    private func compare(_ folder: URL, with whole: URL, _ title: String) throws {
        let (expected, found) = (try results(whole), try results(folder))
        for (name, text) in expected where name != "settings.yaml" {
            let isSame = found[name] == text   // too long to be shown
            #expect(isSame, "\(title): \(name) differs")
        }
        #expect(try report(folder) == report(whole), "\(title): the report differs")
    }

    private func files(_ folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { name in
            let url = folder.appending(path: name)
            return (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
                && url.lastPathComponent != ".lock"
        }.sorted()
    }

    /// Each file with what is done to it. Two of many pictures stand for all of them; of a run that is not tried whole,
    /// one file of each kind, the lists of checksums and records with more than one damage.
    private func tried(_ names: [String], _ damages: [Damage], isFinished: Bool) -> [(name: String, damages: [Damage])]
    {
        let unfinished = [
            "adapter.safetensors", "training.jsonl", "state.safetensors", "picture",
            "features/tokens-training.safetensors",
            "features/bert-validation.safetensors",
        ]
        var seen: [String: Int] = [:]
        var turn = 0
        return names.compactMap { name in
            let kind =
                name.hasSuffix(".png")
                ? "picture" : name.replacing(/-[0-9a-f]{16}/, with: "").replacing(/.*seed-1\//, with: "")
            seen[kind, default: 0] += 1
            if Self.isWhole { return kind != "picture" || seen[kind, default: 0] <= 2 ? (name, damages) : nil }
            guard seen[kind] == 1, isFinished || unfinished.contains(kind) else { return nil }
            if name == ".checksums" {
                return (name, damages.filter { [.firstBit, .middleBit, .lastBit, .deleted].contains($0) })
            }
            if name == "report.json" { return (name, damages.filter { [.middleBit, .deleted].contains($0) }) }
            turn += 1
            let common = damages.filter { ![.folder, .otherShape, .sibling, .empty].contains($0) }
            return (name, [common[turn % common.count]])
        }
    }

    private func copy(_ folder: URL) throws -> URL {
        let copy = try Fixture.temporaryFolder().appending(path: "run")
        try FileManager.default.copyItem(at: folder, to: copy)
        return copy
    }

    private func spoil(_ original: URL, comparedWith whole: URL, _ damages: [Damage], isFinished: Bool) throws {
        var (cases, silent) = (0, [String]())
        for (name, damages) in tried(try files(original), damages, isFinished: isFinished) {
            for damage in damages {
                let folder = try copy(original)
                defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
                guard try damage.apply(folder.appending(path: name)) else { continue }
                cases += 1
                var words: [String] = []
                do {
                    try run(folder, hasStudy: isFinished, &words)
                    try compare(folder, with: whole, "\(name) \(damage.rawValue)")
                } catch {
                    let complaint = UserError(error)
                    // What was asked for cannot be told from a copy's settings under another name.
                    let isToldOff = name == "settings.yaml" && complaint.kind == .badData
                    #expect(damage == .folder || isToldOff, "\(name) \(damage.rawValue): \(complaint.description)")
                    #expect(complaint.description.contains("/"), "\(complaint.description)")
                    continue
                }
                if words.isEmpty { silent.append("\(name) \(damage.rawValue)") }
            }
        }
        print("\(cases) damages; without a word: \(silent)")
        #expect(cases > (Self.isWhole ? 40 : 4))
        // Of a stopped run, what was not vouched for yet is cut or made again as if it had not been there.
        if isFinished { #expect(silent.isEmpty) }
    }

    @Test func finishedRunsMendEverything() throws {
        let whole = try Fixture.temporaryFolder().appending(path: "run")
        var words: [String] = []
        try run(whole, hasStudy: true, &words)
        #expect(words.isEmpty)
        let before = try Data(contentsOf: whole.appending(path: "report.json"))
        try run(whole, hasStudy: true, &words)
        #expect(words.isEmpty)
        #expect(try Data(contentsOf: whole.appending(path: "report.json")) == before)
        try spoil(whole, comparedWith: whole, Damage.allCases, isFinished: true)
    }

    /// A list of checksums with damaged lines blames nobody, whatever line is hit: a newer line that is lost does not
    /// let an older one speak.
    @Test func damagedListsBlameNobody() throws {
        let folder = try Fixture.temporaryFolder().appending(path: "run")
        var words: [String] = []
        func run(seeds: [Int]) throws {
            var settings = try settings(folder, hasStudy: false)
            (settings.seeds, settings.ablation) = (seeds, .init())
            settings.encoders.removeFirst()
            var said: [String] = []
            defer { words = said }
            _ = try ProbeRun(
                settings, locator: ModelLocator(environment: [:]), interruption: Interruption(),
                remark: { said.append($0) }
            ) { _ in }.run()
        }
        try run(seeds: [1])
        try run(seeds: [1, 2])   // writes settings.yaml, inputs and report again: two lines of each
        #expect(words.isEmpty)
        let list = folder.appending(path: ".checksums")
        let whole = try Data(contentsOf: list)
        let lines = whole.split(separator: UInt8(ascii: "\n")).filter { line in
            ["settings.yaml", "report.json", "inputs.tsv"].contains { line.reversed().starts(with: $0.utf8.reversed()) }
        }
        #expect(lines.count > 5)
        for line in Self.isWhole ? lines[...] : lines.suffix(3) {
            var spoiled = whole
            spoiled[line.startIndex + 12] ^= 1
            try spoiled.write(to: list)
            try run(seeds: [1, 2])
            #expect(words.contains { $0.contains(".checksums has been changed") })
            #expect(!words.contains { $0.contains("settings.yaml") || $0.contains("inputs.tsv") }, "\(words)")
            try run(seeds: [1, 2])
            #expect(words.isEmpty, "\(words)")
        }
    }

    @Test(arguments: isWhole ? [11, 20, 40] : [40]) func stoppedRunsMendEverything(_ calls: Int) throws {
        let (whole, part) = (
            try Fixture.temporaryFolder().appending(path: "run"), try Fixture.temporaryFolder().appending(path: "run")
        )
        var words: [String] = []
        try run(whole, hasStudy: false, &words)
        #expect(try run(part, hasStudy: false, stopAfter: calls, &words) == nil)
        #expect(words.isEmpty)
        try spoil(
            part, comparedWith: whole, [.truncated, .middleBit, .deleted, .garbage, .otherShape, .sibling],
            isFinished: false)
    }
}
