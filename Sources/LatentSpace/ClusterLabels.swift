/// Names of clusters from their captions.
package enum ClusterLabels {
    /// As Amumo's code names them: of all runs of 1 to 77 words without stop words, those that stand in no longer one
    /// (compared character by character, so that "man" falls to "woman") at least as often; the two most often.
    package static func published(_ captions: [String]) -> String {
        var places: [String: Int] = [:]
        var found: [(text: [UInt8], name: String, count: Int)] = []   // by first appearance
        for caption in captions {
            let words = words(caption).filter { !StopWords.all.contains($0) }
            for length in 1...77 where length <= words.count {
                for start in 0...words.count - length {
                    let name = words[start..<start + length].joined(separator: " ")
                    if let place = places[name] {
                        found[place].count += 1
                    } else {
                        places[name] = found.count
                        found.append((Array(name.utf8), name, 1))
                    }
                }
            }
        }
        func characters(_ index: Int) -> Int { found[index].name.unicodeScalars.count }
        let order = found.indices.sorted {
            (characters($0), found[$0].count, $0) < (characters($1), found[$1].count, $1)
        }
        let kept = order.indices.filter { place in
            let short = found[order[place]]
            return !order[(place + 1)...].contains {
                found[$0].count >= short.count && holds(found[$0].text, short.text)
            }
        }
        // Most often first; among equals the order so far.
        let best = kept.sorted { (found[order[$1]].count, $0) < (found[order[$0]].count, $1) }
        return best.prefix(2).map { found[order[$0]].name }.joined(separator: " | ")
    }

    /// Ours: whole words in runs of one to three, each once per caption, weighed by how much more often they stand in
    /// this cluster: tf ln(1 + mean words per cluster / count in the corpus). The two best of which none holds the
    /// other.
    package static func ours(_ clusters: [[String]]) -> [String] {
        let counts = clusters.map { captions in
            captions.reduce(into: [String: Int]()) { counts, caption in
                for run in runs(caption) { counts[run, default: 0] += 1 }
            }
        }
        let corpus = counts.reduce(into: [String: Int]()) { $0.merge($1, uniquingKeysWith: +) }
        let mean = Double(corpus.values.reduce(0, +)) / Double(max(clusters.count, 1))
        return counts.map { counts in
            let ranked = counts.map { run, count in
                (run: run, weight: Double(count) * logOnePlus(mean / Double(corpus[run] ?? 1)))
            }.sorted { ($1.weight, $1.run.count, $0.run) < ($0.weight, $0.run.count, $1.run) }
            var kept: [String] = []
            for (run, _) in ranked where kept.count < 2 {
                let words = run.split(separator: " ")
                if !kept.contains(where: { !Set($0.split(separator: " ")).isDisjoint(with: words) }) {
                    kept.append(run)
                }
            }
            return kept.joined(separator: " | ")
        }
    }

    /// Runs of one to three words of a caption, each once; none begins or ends with a stop word.
    private static func runs(_ caption: String) -> Set<String> {
        let words = words(caption)
        var found: Set<String> = []
        for length in 1...3 where length <= words.count {
            for start in 0...words.count - length {
                let run = words[start..<start + length]
                guard let first = run.first, let last = run.last, !StopWords.isFiller(first), !StopWords.isFiller(last)
                else { continue }
                found.insert(run.joined(separator: " "))
            }
        }
        return found
    }

    /// Lower-cased runs of at least two letters, digits and underscores, as scikit-learn's default pattern finds them.
    static func words(_ caption: String) -> [String] {
        caption.lowercased().unicodeScalars.split { scalar in
            !(scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        }.filter { $0.count > 1 }.map { String(String.UnicodeScalarView($0)) }
    }

    private static func holds(_ long: [UInt8], _ short: [UInt8]) -> Bool {
        guard let first = short.first, long.count >= short.count else { return false }
        for start in 0...long.count - short.count where long[start] == first {
            if long[start..<start + short.count].elementsEqual(short) { return true }
        }
        return false
    }
}
