import SynReports

/// Tokens against the pooled vector, long captions, and words printed on pictures, of drawn portraits.
package struct TokensStudy: Sendable {
    private let pictures: EncodedPictures
    private let seed: UInt64

    package init(_ pictures: EncodedPictures, seed: UInt64 = 0) { (self.pictures, self.seed) = (pictures, seed) }

    /// - Parameter progress: told how many of the parts are done, of how many.
    package func record(progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }) throws -> TokensRecord {
        let total = 5
        let views = try TokenViews(pictures)
        let places = try views.byPlace()
        try progress(1, total)
        let (probes, drops) = (try views.probes(seed: seed), try views.leavingOut() + views.firstAndLast())
        let sight = try views.sight()
        try progress(2, total)
        let long = try LongCaptions(pictures)
        let byMentions = try long.byMentions()
        try progress(3, total)
        let besides = try long.besides()
        try progress(4, total)
        let printed = try [ClassTask.Portraits.hair, .sex].map {
            try PrintedWords(pictures).record($0.task(pictures.known))
        }
        try progress(5, total)
        return TokensRecord(
            source: pictures.source, pictures: pictures.known.count, places: places, probes: probes, drops: drops,
            sight: sight, byMentions: byMentions, behind: besides[0].searches, before: besides[1].searches,
            printed: printed)
    }
}
