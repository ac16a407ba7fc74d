/// What an image decoder reads before the first image token.
package enum ImageDecoderStart: Sendable, Equatable {
    /// One token, the same for every image: an unconditional decoder's.
    case token(Int)
    /// Where each patch of the image stands in the picture that it was cut from (taming's `CoordStage`, used by its
    /// FacesHQ model). A pixel's place is its number, row by row, divided by the number of pixels; a patch's token is
    /// `levels` times the mean place of its pixels, rounded to the nearest, halves to even. The tokens share the image
    /// tokens' vocabulary.
    case coordinates(levels: Int, patch: Int)

    /// The tokens for an image of `resolution` pixels a side that was not cut from a larger one, row by row.
    func tokens(resolution: Int) -> [Int32] {
        switch self {
        case .token(let token): return [Int32(token)]
        case .coordinates(let levels, let patch):
            let rows = 0..<resolution / patch
            let (side, middle) = (Double(resolution), Double(patch - 1) / 2)
            return rows.flatMap { row in
                rows.map { column in
                    let (y, x) = (Double(row * patch) + middle, Double(column * patch) + middle)
                    return Int32((Double(levels) * (y * side + x) / (side * side)).rounded(.toNearestOrEven))
                }
            }
        }
    }

    /// Why no decoder can start this way, as a sentence; nil when one can.
    func problem(resolution: Int, vocabularySize: Int) -> String? {
        switch self {
        case .token(let token) where !(0..<vocabularySize).contains(token):
            return "sos_token is \(token); it must be one of the \(vocabularySize) tokens."
        case .token: return nil
        case .coordinates(let levels, let patch):
            guard patch >= 1, resolution % patch == 0, resolution / patch <= 1024 else {
                return "down_factor is \(patch); it must divide the resolution (\(resolution)) into 1024 rows at most."
            }
            guard (1...1 << 20).contains(levels), tokens(resolution: resolution).allSatisfy({ $0 < vocabularySize })
            else {
                return
                    "n_embed of cond_stage_config is \(levels); its tokens must be among the \(vocabularySize) there "
                    + "are."
            }
            return nil
        }
    }

    /// The lines of a `project.yaml` that say so.
    var yaml: String {
        switch self {
        case .token(let token):
            """
                sos_token: \(token)
                cond_stage_key: image
                cond_stage_config: \(ImageDecoderProject.Condition.unconditional)
            """
        case .coordinates(let levels, let patch):
            """
                cond_stage_key: coord
                cond_stage_config:
                  target: \(ImageDecoderProject.Condition.coordinateStage)
                  params:
                    n_embed: \(levels)
                    down_factor: \(patch)
            """
        }
    }
}
