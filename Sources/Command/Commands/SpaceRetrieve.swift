import ArgumentParser
import SynLatentSpace
import SynReports

struct SpaceRetrieve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retrieve",
        abstract: "Searches texts by pictures and pictures by texts.",
        discussion: """
            With captions, or data whose attributes are known, searches are also read with every true caption right, \
            and it is told how many of a batch's captions are false negatives.

            Example:
              synesthesia space retrieve --matrix CLIP.csv --captions captions.txt
            """)

    @OptionGroup var input: SpaceInput
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let space = try input.read(shared)
        let record = RetrievalStudy(space.pairs, truth: space.truth).record()
        if shared.json { return try Output.write(json: record) }
        try Output.write(record.terminal)
    }
}
