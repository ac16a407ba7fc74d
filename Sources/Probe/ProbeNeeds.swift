import Foundation
import SynEmbedding
import SynFiles
import SynModelHub
import SynRuns

/// What a probe needs before it can begin: its models and its data. All that is missing is told at once, with the
/// commands that would get it, so that nobody has to start again for each.
struct ProbeNeeds {
    private let settings: ProbeSettings

    init(_ settings: ProbeSettings) { self.settings = settings }

    /// Every model that the settings name, with its key.
    private var models: [(key: String, name: String)] {
        [("decoder", settings.decoder)]
            + settings.encoders.enumerated().compactMap { place, encoder in
                encoder.path.map { ("encoders.\(place)", $0) }
            }
            + [("scores.clip", settings.scores.clip), ("scores.inception", settings.scores.inception)]
            + (settings.scores.secondClip.map { [("scores.second-clip", $0)] } ?? [])
            + (settings.scores.attributes.map { [("scores.attributes", $0)] } ?? [])
    }

    /// Returns the data, or throws what is missing: a single thing in its own words, several as a list.
    func check(_ locator: ModelLocator) throws -> ProbeData {
        var (missing, fetchable, first): ([String], [String], UserError?) = ([], [], nil)
        var kind = UserError.Kind.missing
        for (key, name) in models {
            do {
                _ = try locator.folder(of: name)
            } catch let complaint as UserError {
                guard [.missing, .offline].contains(complaint.kind) else { throw complaint }
                if complaint.kind == .offline { kind = .offline }
                first = first ?? complaint
                missing.append("\(key): \(name) is not here\(size(of: name))")
                if ModelHub.canFetch(name), !fetchable.contains(name) { fetchable.append(name) }
            }
        }
        var data: ProbeData?
        do {
            data = try ProbeData(settings.data)
        } catch let complaint as UserError {
            first = first ?? complaint
            if missing.isEmpty { throw complaint }
            missing.append("data: \(complaint.description)")
        }
        guard let data, missing.isEmpty else {
            if let first, missing.count == 1 { throw first }
            throw UserError(
                kind, "\(missing.count) things that \(settings.name) needs are missing",
                details: missing + remedies(fetchable, hasData: data != nil))
        }
        return data
    }

    private func size(of name: String) -> String {
        let bytes = PaperModel.all.first { $0.name == name }?.bytes ?? PublishedModel.named(name)?.bytes
        return bytes.map { " (about \(ByteCount.text($0)))" } ?? ""
    }

    private func remedies(_ fetchable: [String], hasData: Bool) -> [String] {
        var lines: [String] = []
        if !fetchable.isEmpty { lines.append("fetch models with: \(ModelHub.command(fetching: fetchable))") }
        if !hasData { lines.append("how to get the data set: Documentation/TheFullExperiment.md") }
        return lines
    }
}
