import SynPortraits
import SynReports
import SynRuns
import SynStatistics
import SynTensors

/// What single tokens of a caption know of the picture, beside the pooled vector.
package struct TokenViews: Sendable {
    private let pictures: EncodedPictures
    private let portraits: [Portrait]
    private let captions: [String]
    /// Of each caption one unit row for each of its tokens: [tokens, d].
    private let states: [DoubleMatrix]
    /// Of the captions: [n, d].
    private let pooled: DoubleMatrix

    /// - Parameter most: captions that are looked at.
    package init(_ pictures: EncodedPictures, most: Int = 300) throws {
        guard let portraits = pictures.known.portraits else {
            throw UserError(
                .settings,
                "\(pictures.known.source): what its tokens should know is known of drawn portraits only; leave "
                    + "--data out")
        }
        (self.pictures, self.portraits) = (pictures, portraits)
        captions = Array(pictures.known.pictures.captions.prefix(most))
        states = try pictures.towers.tokens(captions)
        pooled = try pictures.towers.texts(captions)
    }

    // MARK: - Single tokens

    /// How well a token's vector tells pictures with the attribute from those without, by where the token stands.
    package func byPlace() throws -> [TokensRecord.Place] {
        var found: [(start: Double, before: Double, own: Double, pooled: Double)] = []
        let has = Dictionary(
            uniqueKeysWithValues: PortraitAttribute.allCases.map { attribute in
                (attribute, portraits.map { $0.attributes[attribute] })
            })
        for (i, caption) in captions.enumerated() {
            for phrase in CaptionPhrase.all(in: caption) {
                guard let labels = has[phrase.attribute], let last = place(of: phrase.through, in: caption),
                    let previous = place(of: phrase.before, in: caption)
                else { continue }
                func area(_ row: ArraySlice<Double>) -> Double? {
                    let cosines = DoubleMatrix(Array(row), rows: 1, columns: row.count)
                        .times(pictures.vectors, .transposed).values
                    return AreaUnderROC(cosines, labels)()
                }
                guard let start = area(states[i].row(0)), let before = area(states[i].row(previous)),
                    let own = area(states[i].row(last)), let whole = area(pooled.row(i))
                else { continue }
                found.append((start, before, own, whole))
            }
        }
        return try [
            ("start", found.map(\.start)), ("word before", found.map(\.before)), ("the word", found.map(\.own)),
            ("pooled", found.map(\.pooled)),
        ].map { name, areas in try .init(place: name, mentions: areas.count, area: .init(areas)) }
    }

    /// The place of the token that a beginning of a caption ends with; nil where the caption's tokens do not begin with
    /// the beginning's, or are cut.
    private func place(of beginning: String, in caption: String) -> Int? {
        let whole = pictures.towers.reader.encoding(caption).ids
        var part = pictures.towers.reader.encoding(beginning.trimmingPrefix(" ").description).ids
        if let end = pictures.towers.reader.tokenizer.endID, part.last == end { part.removeLast() }
        guard !part.isEmpty, whole.starts(with: part) else { return nil }
        return part.count - 1
    }

    // MARK: - A linear probe by place

    /// How well a linear probe reads from the token a share of the way through the caption which attributes the whole
    /// caption names: the mean area of the attributes named in a tenth of the captions or more, on held-out captions.
    package func probes(seed: UInt64) throws -> [TokensRecord.Probe] {
        let named = captions.map { Set(CaptionPhrase.all(in: $0).map(\.attribute)) }
        let chosen = PortraitAttribute.allCases.filter { attribute in
            let share = Double(named.count { $0.contains(attribute) }) / Double(named.count)
            return share >= 0.1 && share <= 0.9
        }
        var stream = RandomStream(seed: seed, purpose: "captions of others")
        let order = stream.permutation(captions.count)
        let inside = captions.indices.filter { $0 % 3 != 0 }
        let outside = captions.indices.filter { $0 % 3 == 0 }
        func area(_ x: DoubleMatrix, _ labels: [Set<PortraitAttribute>]) throws -> Double? {
            let y = DoubleMatrix(
                labels.flatMap { one in chosen.map { one.contains($0) ? 1 : 0 } }, rows: labels.count,
                columns: chosen.count)
            let mean = x.rows(at: inside).meanRow
            let centred = x.adding(mean, times: -1)
            let parts = try Additivity.leastSquares(
                centred.rows(at: inside), y.rows(at: inside).adding(y.rows(at: inside).meanRow, times: -1))
            let told = centred.rows(at: outside).times(parts)
            let areas = chosen.indices.compactMap { a in
                AreaUnderROC(outside.indices.map { told[$0, a] }, outside.map { labels[$0].contains(chosen[a]) })()
            }
            return areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count)
        }
        return try [0, 0.25, 0.5, 0.75, 1].map { share in
            let x = DoubleMatrix(
                states.flatMap { Array($0.row(Int((share * Double($0.rows - 1)).rounded()))) }, rows: states.count,
                columns: pooled.columns)
            return .init(
                through: share, area: try area(x, named), areaOfOthers: try area(x, order.map { named[$0] }),
                attributes: chosen.count)
        }
    }

    // MARK: - Leaving out

    /// What the cosine with the own picture loses where a phrase is left out, and where a word is that names nothing.
    package func leavingOut() throws -> [TokensRecord.Drop] {
        var (named, plain): ([(Int, String)], [(Int, String)]) = ([], [])
        for (i, caption) in captions.enumerated() {
            named += CaptionPhrase.all(in: caption).map { (i, $0.without) }
            if let without = CaptionPhrase.withoutPlainWord(caption) { plain.append((i, without)) }
        }
        return try [("a named attribute", named), ("a word that names nothing", plain)].map { name, cases in
            try .init(left: name, cases: cases.count, drop: .init(drops(cases)))
        }
    }

    /// The same where three attributes or more are named, for the first and the last of them.
    package func firstAndLast() throws -> [TokensRecord.Drop] {
        let phrases = captions.map { CaptionPhrase.all(in: $0) }
        let long = phrases.indices.filter { phrases[$0].count >= 3 }
        return try [("the first of three or more", \[CaptionPhrase].first), ("the last of three or more", \.last)].map {
            name, which in
            let cases = long.compactMap { i in phrases[i][keyPath: which].map { (i, $0.without) } }
            return try .init(left: name, cases: cases.count, drop: .init(drops(cases)))
        }
    }

    private func drops(_ cases: [(Int, String)]) throws -> [Double] {
        let shorter = try pictures.towers.texts(cases.map(\.1))
        return cases.enumerated().map { row, one in
            let image = pictures.vectors.row(one.0)
            func cosine(_ text: ArraySlice<Double>) -> Double { dot(image, text) }
            return cosine(pooled.row(one.0)) - cosine(shorter.row(row))
        }
    }

    // MARK: - Who sees whom

    /// The largest change of a token's vector when only words after it, and only words before it, are exchanged.
    package func sight() throws -> TokensRecord.Sight {
        let (a, b) = ("This woman has black hair and wears hat.", "This woman has black hair and is smiling.")
        let (c, d) = ("She has bangs and wears hat.", "He has bangs and wears hat.")
        let found = try pictures.towers.tokens([a, b, c, d])
        let reader = pictures.towers.reader
        let ids = [a, b, c, d].map { reader.encoding($0).ids }
        func change(_ i: Int, _ j: Int, _ places: Range<Int>) -> Double {
            places.reduce(0) { most, place in
                zip(found[i].row(place), found[j].row(place)).reduce(most) { max($0, abs($1.0 - $1.1)) }
            }
        }
        let alike = zip(ids[0], ids[1]).prefix { $0.0 == $0.1 }.count
        let differs = zip(ids[2], ids[3]).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
        return .init(
            ofEarlier: change(0, 1, 0..<alike),
            ofLater: change(2, 3, differs + 1..<min(ids[2].count, ids[3].count)))
    }
}

extension TwoTowers {
    /// Unit vectors of every token of every text: [tokens, d] each.
    package func tokens(_ sentences: [String], batch: Int = 64) throws -> [DoubleMatrix] {
        try stride(from: 0, to: sentences.count, by: batch).flatMap { start in
            let part = sentences[start..<min(start + batch, sentences.count)]
            return try model.tokenVectors(ids: part.map { reader.encoding($0).ids }).map {
                try PairedVectors.units(DoubleMatrix($0.detached), "tokens", name)
            }
        }
    }
}
