import SynFiles
import SynRuns

extension TaskData {
    /// What a command line may name, groups included.
    package static let names =
        GLUETask.allCases.map(\.rawValue) + ["all"] + DrawnTask.allCases.map(\.rawValue) + ["drawn"]

    /// The tasks that a command line names, each once.
    ///
    /// Of `all` those are left out whose files are not there, and a sentence names each; a task named by itself must be
    /// there.
    ///
    /// - Parameters:
    ///   - limit: the most examples of every part; nil for all.
    ///   - predicts: whether GLUE's test sets are wanted too.
    package static func all(
        _ names: [String], in folder: GLUEFolder, limit: Int? = nil, predicts: Bool = false
    ) throws -> (data: [TaskData], leftOut: [String]) {
        var chosen: [(name: String, mayLack: Bool)] = []
        for name in names.map({ $0.lowercased() }) {
            let meant =
                name == "all"
                ? GLUETask.allCases.map(\.rawValue)
                : name == "drawn" ? DrawnTask.allCases.map(\.rawValue) : [name]
            for task in meant where !chosen.contains(where: { $0.name == task }) {
                chosen.append((task, name == "all" && !names.contains(task)))
            }
        }
        var (data, leftOut) = ([TaskData](), [String]())
        for (name, mayLack) in chosen {
            do {
                data.append(try named(name, folder, limit, predicts))
            } catch let complaint as UserError where complaint.kind == .missing && mayLack {
                leftOut.append("Left out, \(GLUETask(rawValue: name)?.title ?? name): \(complaint.description).")
            }
        }
        guard !data.isEmpty else {
            throw UserError(.missing, leftOut.first ?? "no task is named", details: Array(leftOut.dropFirst()))
        }
        return (data, leftOut)
    }

    private static func named(
        _ name: String, _ folder: GLUEFolder, _ limit: Int?, _ predicts: Bool
    ) throws -> TaskData {
        if let task = GLUETask(rawValue: name) {
            return try TaskData(task, in: folder, limit: limit, predicts: predicts)
        }
        guard let task = DrawnTask(rawValue: name) else {
            let nearest = NearestNames.nearest(to: name, among: Self.names).map { "did you mean \($0)?" }
            throw UserError(
                .settings,
                "there is no task \(printable(name)); \(nearest ?? "known are \(Self.names.joined(separator: ", "))")")
        }
        return try task.data(limit: limit)
    }
}
