import ArgumentParser
import Foundation
import SynEmbedding
import SynRuns

struct Fetch: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Downloads models into the cache that Hugging Face's tools share, and prints where they are.",
        discussion: """
            Takes the files that are read here: settings, tokenizer, safetensors (PyTorch's archive only where there \
            is no safetensors). Stop it at any time: the same command goes on, and what is whole is not fetched again. \
            Every file is checked against the hub's hash.

            A repository is org/name, with @revision if wanted. taming/celebahq, taming/ffhq, taming/faceshq \
            (decoders) and inception stand on no hub; they come from their authors' addresses into \
            ~/.cache/synesthesia/models ($SYNESTHESIA_CACHE/models). `synesthesia list` tells what the paper's \
            experiment needs.

            HF_HOME, HF_HUB_CACHE, HF_TOKEN, HF_ENDPOINT and HF_HUB_OFFLINE mean what they mean elsewhere.

            Examples:
              synesthesia fetch bert-base-uncased openai/clip-vit-base-patch16
              synesthesia fetch sentence-transformers/all-MiniLM-L6-v2 --cache models
            """)

    @Argument(help: "Repositories, such as bert-base-uncased or openai/clip-vit-base-patch16.")
    var repositories: [String]

    @Option(help: "A branch, tag or commit, for repositories without @revision. (default: main)")
    var revision: String?

    @Option(help: "Another cache folder than that of the variables.")
    var cache: String?

    @Flag(help: "Take every file of a repository.")
    var all = false

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let watch = SignalWatch()
        var line: ProgressLine?
        let fetcher = try ModelFetcher(
            environment: ProcessInfo.processInfo.environment, cache: cache, everything: all,
            interruption: watch.interruption)
        var models: [ModelFetcher.Model] = []
        for name in repositories {
            let model = try fetcher.fetch(name, revision: revision) { progress in
                if line == nil {
                    line = shared.progress(name, total: progress.total, done: progress.done, unit: .bytes)
                }
                line?.advance(to: progress.done, note: progress.file)
            }
            line?.finish()
            line = nil
            for file in model.unverified {
                shared.remark("\(file); nobody states its hash, so it could not be checked")
            }
            if !shared.json { try Output.write(exactly: "\(model.path)\n") }
            models.append(model)
        }
        if shared.json { try Output.write(json: ["models": models]) }
    }
}
