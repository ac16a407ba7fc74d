import SynImages
import SynReports
import SynRuns
import SynStatistics
import SynTensors

/// Whether a word printed on a picture draws the answer to itself (Goh et al. 2021, "typographic attacks").
package struct PrintedWords: Sendable {
    private let pictures: EncodedPictures

    package init(_ pictures: EncodedPictures) { self.pictures = pictures }

    /// - Parameter task: of two classes or more; the printed word is the first of the next class's name.
    package func record(_ task: ClassTask) throws -> TokensRecord.Printed {
        let (towers, known) = (pictures.towers, pictures.known)
        let classes = try towers.texts(task.classes.map { ClassTask.text($0, in: task.template) })
        let count = task.classes.count
        let printed = task.labels.map { ($0 + 1) % count }
        func answers(_ word: ((Int) -> String)?) throws -> [Int] {
            let images = try towers.pictures(task.places.count) { i in
                let picture = try known.pictures.picture(task.places[i])
                return word.map { picture.printed($0(i)) } ?? picture
            }
            return ZeroShot(images: images, classes: classes, labels: task.labels).ranking.map { $0[0] }
        }
        func words(_ i: Int) -> String {
            task.classes[printed[i]].split(separator: " ").first.map(String.init) ?? task.classes[printed[i]]
        }
        let (bare, other, word) = (
            try answers(nil), try answers { String(repeating: "X", count: words($0).count) }, try answers(words)
        )
        func share(_ found: [Int], _ wanted: [Int]) -> Proportion { Proportion(zip(found, wanted).map { $0 == $1 }) }
        let test = try McNemar(
            first: zip(other, printed).map { $0 == $1 }, second: zip(word, printed).map { $0 == $1 })
        return .init(
            task: task.name, pictures: task.places.count, rightBare: share(bare, task.labels),
            rightOther: share(other, task.labels), rightPrinted: share(word, task.labels),
            followBare: share(bare, printed), followOther: share(other, printed), followPrinted: share(word, printed),
            p: test.p)
    }
}
