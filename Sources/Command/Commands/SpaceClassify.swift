import ArgumentParser
import SynFiles
import SynLatentSpace
import SynReports
import SynRuns

struct SpaceClassify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Sorts pictures into classes that are only named: zero-shot classification.",
        discussion: """
            A class is the unit mean of its texts' vectors, and a picture belongs to the nearest. Three wordings are \
            compared: the bare name, one template, many. Of drawn portraits hair, sex, expression, glasses or kind \
            (28 composite classes) are told apart, or classes of your own; of other pictures, those whose caption has \
            all words of exactly one class's name.

            Examples:
              synesthesia space classify --model Weights/clip-small
              synesthesia space classify --model Weights/clip-mini --classes "black hair" "blond hair"
            """)

    @Option(help: "What is told apart in portraits: hair, sex, expression, glasses or kind.")
    var task: ClassTask.Portraits?

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Classes of your own, by their names.", valueName: "name"))
    var classes: [String] = []

    @Option(help: ArgumentHelp("Templates, one a line, with {} for the name; the first is the one.", valueName: "file"))
    var templates: String?

    @OptionGroup var input: TowersInput
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if task != nil && !classes.isEmpty {
            throw ValidationError("--task and --classes exclude each other; give one")
        }
        if classes.count == 1 { throw ValidationError("one class alone cannot be told apart; name two or more") }
        let twice = classes.first { name in classes.count { $0 == name } > 1 }
        if let twice {
            throw ValidationError("the class '\(printable(twice, limit: 60))' is named twice; name it once")
        }
        if input.data != "portraits" && classes.isEmpty {
            throw ValidationError("the classes of \(input.data) are not known; name them with --classes")
        }
        if templates != nil && classes.isEmpty {
            throw ValidationError("--templates belongs to --classes; give both")
        }
    }

    func run() throws {
        let sentences = try templates.map { try shared.captions($0).captions }
        if let bare = sentences?.first(where: { !$0.contains("{}") }) {
            throw UserError(
                .badData, "\(templates ?? ""): '\(printable(bare, limit: 60))' has no {} for the name; put it there")
        }
        let known = try input.known(shared)
        let tasks =
            classes.isEmpty
            ? try (task.map { [$0] } ?? Array(ClassTask.Portraits.allCases)).map { try $0.task(known) }
            : [try ClassTask.named(classes, known, templates: sentences)]
        let study = ClassificationStudy(try input.encoded(known, input.towers(shared), shared), seed: input.seed)
        let records = try tasks.map { try study.record($0) }
        if shared.json { return try records.count == 1 ? Output.write(json: records[0]) : Output.write(json: records) }
        try Output.write(records.map(\.terminal).joined(separator: "\n"))
    }
}

extension ClassTask.Portraits: ExpressibleByArgument {}
