import ArgumentParser
import SynFiles

/// The words at the front of a command line, each of which must name a command.
enum CommandNames {
    /// Refuses a word that names none, with the nearest that does; everything else is the parser's business.
    static func check(_ arguments: some Collection<String>) throws {
        var command: any ParsableCommand.Type = Synesthesia.self
        for word in arguments.first == "help" ? arguments.dropFirst() : arguments[...] {
            let choices = command.configuration.subcommands
            guard !choices.isEmpty, !word.hasPrefix("-") else { return }
            guard let chosen = choices.first(where: { $0._commandName == word }) else {
                let names = choices.map { $0._commandName }
                let nearest = NearestNames.nearest(to: word.lowercased(), among: names)
                throw ValidationError(
                    "there is no command '\(word)'; "
                        + (nearest.map { "did you mean \($0)?" } ?? "known are \(names.joined(separator: ", "))"))
            }
            command = chosen
        }
    }
}
