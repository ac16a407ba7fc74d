import SynTensors

/// Ranks of all searches in one state of the gap.
struct GapSearches: Sendable, Equatable {
    let imageToText: RetrievalRanks
    let textToImage: RetrievalRanks
    let mixed: RetrievalRanks

    private init(_ pairs: PairedVectors) {
        imageToText = .imageToText(pairs)
        textToImage = .textToImage(pairs)
        mixed = .mixed(pairs)
    }

    private init(cross: ArraySlice<Int>, mixed: ArraySlice<Int>) {
        let n = cross.count / 2
        imageToText = RetrievalRanks(ranks: Array(cross.prefix(n)))
        textToImage = RetrievalRanks(ranks: Array(cross.dropFirst(n)))
        self.mixed = RetrievalRanks(ranks: Array(mixed))
    }

    /// Of several states at once: cosines as trained are computed once, block by block, and each state counts in them
    /// what is as near as the partner, or nearer.
    ///
    /// - Parameter shifts: their states, in that order.
    static func all(
        _ gap: ModalityGap, _ shifts: [ModalityGap.Shift], _ states: [GapState], rows block: Int = 128
    ) throws -> [GapSearches] {
        let (pairs, items) = (gap.pairs, gap.pairs.stacked)
        let (n, total) = (pairs.count, 2 * pairs.count)
        let exact = states.indices.filter { !states[$0].isRough }
        var (cross, mixed) = (
            [Int](repeating: 0, count: total * exact.count), [Int](repeating: 0, count: total * exact.count)
        )
        for start in exact.isEmpty ? [] : Array(stride(from: 0, to: total, by: block)) {
            let places = Array(start..<min(start + block, total))
            let cosines = items.rows(at: places).times(items, .transposed)   // [block, 2n]
            cross.withUnsafeMutableBufferPointer { cross in
                mixed.withUnsafeMutableBufferPointer { mixed in
                    parallel(places.count, grain: 4) { part in
                        for row in part {
                            for (slot, state) in exact.enumerated() {
                                let found = states[state].counts(cosines.row(row), of: places[row], pairs: n)
                                cross[slot * total + places[row]] = found.cross
                                mixed[slot * total + places[row]] = found.mixed
                            }
                        }
                    }
                }
            }
        }
        return try states.indices.map { state in
            guard let slot = exact.firstIndex(of: state) else { return GapSearches(try gap.moved(shifts[state])) }
            let place = slot * total..<(slot + 1) * total
            return GapSearches(cross: cross[place], mixed: mixed[place])
        }
    }
}

extension GapState {
    /// How many of the other kind, and how many of all but itself, are as near to an item as its partner, or nearer.
    ///
    /// - Parameter line: the item's cosines as trained, with everything.
    fileprivate func counts(_ line: ArraySlice<Double>, of item: Int, pairs n: Int) -> (cross: Int, mixed: Int) {
        let isImage = item < n
        let partner = isImage ? item + n : item - n
        let added = isImage ? toImages : toTexts   // of the others with what this item's kind has added
        // Cosines times this item's own length: (cosine + own + added)/length of the other.
        let (ownToImages, ownToTexts) = (toImages[item] + (isImage ? xx : xy), toTexts[item] + (isImage ? xy : yy))
        return line.withUnsafeBufferPointer { line in
            added.withUnsafeBufferPointer { added in
                inverse.withUnsafeBufferPointer { inverse in
                    func value(_ j: Int) -> Double {
                        (line[j] + (j < n ? ownToImages : ownToTexts) + added[j]) * inverse[j]
                    }
                    let least = value(partner) - RetrievalRanks.tie / inverse[item]
                    func count(_ places: Range<Int>, _ own: Double) -> Int {
                        var found = 0
                        for j in places { found &+= (line[j] + own + added[j]) * inverse[j] >= least ? 1 : 0 }
                        return found
                    }
                    let (images, texts) = (count(0..<n, ownToImages), count(n..<2 * n, ownToTexts))
                    return (isImage ? texts : images, images + texts - (value(item) >= least ? 1 : 0))
                }
            }
        }
    }
}
