import SynPortraits

/// Which captions are true of which pictures, beyond the pairs themselves.
package struct PairTruth: Sendable {
    /// How it is known, for reports.
    package let reading: String
    private let isTrue: @Sendable (_ picture: Int, _ caption: Int) -> Bool

    /// Its own caption is true of every picture.
    package func holds(_ picture: Int, _ caption: Int) -> Bool { picture == caption || isTrue(picture, caption) }

    /// Captions with the same words, letter case and blanks aside, are true of each other's pictures.
    package init(captions: [String]) {
        let words = captions.map { $0.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        let first = words.reduce(into: [String: Int]()) { $0[$1] = $0[$1] ?? $0.count }
        let number = words.map { first[$0] ?? 0 }
        reading = "captions of the same words"
        isTrue = { number[$0] == number[$1] }
    }

    /// A caption is true of a face where every attribute that it mentions is as it says; one that mentions none is true
    /// of its own face only.
    package init(attributes: [PortraitAttributes], captions: [String]) {
        let claims = captions.map { caption in
            let mentions = CaptionMentions.read(caption)
            return (
                wanted: PortraitAttributes(mentions.filter(\.value).keys).bits,
                forbidden: PortraitAttributes(mentions.filter { !$0.value }.keys).bits
            )
        }
        reading = "captions of which every mention is true of the face"
        isTrue = { picture, caption in
            let (bits, claim) = (attributes[picture].bits, claims[caption])
            return claim.wanted | claim.forbidden != 0 && bits & claim.wanted == claim.wanted
                && bits & claim.forbidden == 0
        }
    }

    /// Items of the same group, such as captions of one photograph.
    package init(groups: [Int], reading: String) {
        self.reading = reading
        isTrue = { groups[$0] == groups[$1] }
    }

    private init(reading: String, _ isTrue: @escaping @Sendable (Int, Int) -> Bool) {
        (self.reading, self.isTrue) = (reading, isTrue)
    }

    /// Of the pairs at some places.
    func at(_ places: [Int]) -> PairTruth {
        let whole = isTrue
        return PairTruth(reading: reading) { whole(places[$0], places[$1]) }
    }

    /// The mean share, over pictures, of a batch's other captions that are true of the picture too and yet count as
    /// wrong in training. Batches in order; a last one of a single pair has none.
    package func falseNegatives(_ count: Int, batch: Int) -> Double {
        var (sum, pairs) = (0.0, 0)
        for start in stride(from: 0, to: count, by: batch) {
            let places = start..<min(start + batch, count)
            guard places.count > 1 else { continue }
            for i in places {
                sum += Double(places.count { $0 != i && holds(i, $0) }) / Double(places.count - 1)
                pairs += 1
            }
        }
        return pairs == 0 ? 0 : sum / Double(pairs)
    }
}
