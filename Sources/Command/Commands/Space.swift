import ArgumentParser

struct Space: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks into the latent space that pictures and texts share.",
        discussion: """
            Reads a similarity matrix (.csv, .npy, upper triangle .txt[.gz]) or vectors (.safetensors, .npz).

            Examples:
              synesthesia space gap --matrix CLIP.csv
              synesthesia space gap --vectors vectors.npz --json
            """,
        subcommands: [SpaceGap.self])
}
