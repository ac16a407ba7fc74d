import Foundation

extension JoinedReport {
    /// Settings as the record lists them, a line each with its indentation, in their groups.
    struct Blocks {
        /// `adapter.steps` and its value; without what names a run or only adds to it.
        var common: [String: String] = [:]
        var encoders: [(name: String, lines: [Setting])] = []
        static let own: Set<String> = [
            "name", "output", "threads", "seeds", "encoders", "text-study", "glue-study", "ablation",
        ]

        init(_ settings: [Setting]) {
            var group = ""
            for setting in settings {
                let isInside = setting.key.hasPrefix(" ") || setting.key.hasPrefix("-")
                if !isInside { group = setting.key }
                if group == "encoders", isInside {
                    let key = setting.key.trimmingCharacters(in: CharacterSet(charactersIn: " -"))
                    if setting.key.hasPrefix("-") { encoders.append(("", [])) }
                    guard let last = encoders.indices.last else { continue }
                    if key == "name" { encoders[last].name = setting.value }
                    if setting.value != "null" { encoders[last].lines.append(Setting(key, setting.value)) }
                } else if !Self.own.contains(group), !(setting.value.isEmpty && !isInside) {
                    let key = setting.key.trimmingCharacters(in: .whitespaces)
                    let whole = isInside ? "\(group).\(key)" : key
                    if !JoinedReport.isUnset(Setting(whole, setting.value)) {
                        common[whole, default: ""] += setting.value
                    }
                }
            }
        }

        static func text(_ lines: [Setting]) -> String {
            lines.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
    }

    /// Those of the first run with the encoders and seeds of all.
    static func settings(_ runs: [Run]) -> [Setting] {
        guard let first = runs.first?.report.settings else { return [] }
        let seeds = Set(runs.flatMap(\.report.scores).map(\.seed)).sorted().map(String.init).joined(separator: ", ")
        var encoders: [(name: String, lines: [Setting])] = []
        for one in runs.flatMap({ Blocks($0.report.settings).encoders })
        where !encoders.contains(where: { $0.name == one.name }) {
            encoders.append(one)
        }
        var joined: [Setting] = []
        var group = ""
        for setting in first {
            let isInside = setting.key.hasPrefix(" ") || setting.key.hasPrefix("-")
            if !isInside { group = setting.key }
            if group == "encoders", isInside { continue }
            joined.append(setting.key == "seeds" ? Setting("seeds", "[\(seeds)]") : setting)
            guard setting.key == "encoders" else { continue }
            for encoder in encoders {
                joined += encoder.lines.enumerated().map { Setting(($0 == 0 ? "- " : "  ") + $1.key, $1.value) }
            }
        }
        return joined
    }
}
