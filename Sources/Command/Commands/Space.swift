import ArgumentParser

struct Space: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks into the latent space that pictures and texts share.",
        discussion: """
            Every verb reads a similarity matrix, vectors from elsewhere, or a model with pictures and captions.

            Examples:
              synesthesia space gap --matrix CLIP.csv
              synesthesia space retrieve --model Weights/clip-small --data portraits
              synesthesia space project --vectors vectors.npz --method umap --out map.csv
            """,
        subcommands: [
            SpaceGap.self, SpaceRetrieve.self, SpaceCluster.self, SpaceProject.self, SpaceClassify.self,
            SpaceAugment.self, SpaceInterpolate.self, SpaceArithmetic.self, SpaceCompose.self, SpaceTokens.self,
            SpaceAblation.self, SpaceExplore.self,
        ])
}
