extension ProbeSettings {
    /// Whether a run made with `earlier` settings can go on with these ones: they ask for the same, or for more of it
    /// (encoders, seeds, captions, pictures, ablation, the text study). How the work is dealt out is no part of it.
    ///
    /// - Returns: nil, or the first line that differs, as it was and as it is.
    func difference(from earlier: ProbeSettings) throws -> (earlier: String, now: String)? {
        var grown = earlier
        (grown.name, grown.output, grown.threads) = (name, output, threads)
        grown.sampling.batch = sampling.batch
        if Set(earlier.seeds).isSubset(of: seeds) { grown.seeds = seeds }
        if earlier.encoders.allSatisfy(encoders.contains) { grown.encoders = encoders }
        if let count = earlier.sampling.captions, sampling.captions.map({ $0 >= count }) ?? true {
            grown.sampling.captions = sampling.captions
        }
        if sampling.imagesPerCaption >= earlier.sampling.imagesPerCaption {
            grown.sampling.imagesPerCaption = sampling.imagesPerCaption
        }
        let (old, new) = (earlier.ablation, ablation)
        if Set(old.encoders).isSubset(of: new.encoders),
            old.encoders.isEmpty || Set(old.prefixTokens).isSubset(of: new.prefixTokens),
            old.encoders.isEmpty || Set(old.guidance).isSubset(of: new.guidance)
        {
            grown.ablation = new
        }
        if textStudy { grown.textStudy = true }
        if Set(earlier.glueStudy).isSubset(of: glueStudy) { grown.glueStudy = glueStudy }
        guard grown != self else { return nil }
        let (before, after) = (try grown.lines, try lines)
        let place =
            zip(before, after).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            ?? min(before.count, after.count)
        func line(_ lines: [String]) -> String { place < lines.count ? lines[place] : "nothing" }
        return (line(before), line(after))
    }

    private var lines: [String] {
        get throws {
            try yaml.split(separator: "\n").map { line in
                String(line.drop { $0 == " " })
            }
        }
    }
}
