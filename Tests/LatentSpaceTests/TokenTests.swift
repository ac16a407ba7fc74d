import Foundation
import SynImages
import SynLatentSpace
import SynPortraits
import SynReports
import SynTensors
import TestSupport
import Testing

@Suite("Phrases and print")
struct PhraseTests {
    @Test("attributes named in a caption, with the caption up to them and without them")
    func phrases() throws {
        let caption = "This woman is wearing lipstick. She has arched eyebrows, and wavy hair."
        let found = CaptionPhrase.all(in: caption)
        #expect(found.map(\.attribute) == [.wearingLipstick, .archedEyebrows, .wavyHair])
        #expect(found[1].before == "This woman is wearing lipstick. She has ")
        #expect(found[1].through.hasSuffix("arched eyebrows"))
        #expect(found[2].without == "This woman is wearing lipstick. She has arched eyebrows, and .")
        let shorter = try #require(CaptionPhrase.withoutPlainWord(caption))
        #expect(CaptionPhrase.all(in: shorter).map(\.attribute) == found.map(\.attribute))
        #expect(shorter.split(separator: " ").count == caption.split(separator: " ").count - 1)
        #expect(CaptionPhrase.all(in: "A dog.").isEmpty)
    }

    @Test("printed letters: ink where the dots are, the picture above untouched, too long a word cut")
    func printed() {
        let picture = Image(width: 64, height: 64, color: .init(10, 20, 30))
        let made = picture.printed("I")
        #expect(made != picture && made[0, 0] == .init(10, 20, 30) && made[0, 63] == .init(255, 255, 255))
        // Twice as many dots of ink with twice the letters.
        func ink(_ image: Image) -> Int { (0..<64 * 64).count { image[$0 % 64, $0 / 64] == .init(0, 0, 0) } }
        #expect(ink(picture.printed("ll")) == 2 * ink(picture.printed("l")))
        #expect(ink(picture.printed("l")) % 11 == 0 && ink(picture.printed("?")) == 0)
        #expect(picture.printed("") == picture)
        #expect(picture.printed(String(repeating: "blond", count: 9)).width == 64)
    }
}

/// A small CLIP with known weights is in Weights/; what is asked here holds for every CLIP.
@Suite(
    "Tokens of a model",
    .enabled(
        if: FileManager.default.fileExists(atPath: Fixture.package.appending(path: "Weights/clip-mini").path),
        "Weights/clip-mini is absent"))
struct TokenViewTests {
    static let pictures = Result {
        try EncodedPictures(
            KnownPictures(portraits: 60), by: TwoTowers(folder: Fixture.package.appending(path: "Weights/clip-mini")))
    }

    @Test("the end token's vector is the pooled one; no token sees those behind it, and all see those before")
    func states() throws {
        let pictures = try Self.pictures.get()
        let captions = Array(pictures.known.pictures.captions.prefix(5))
        let (tokens, pooled) = (try pictures.towers.tokens(captions), try pictures.towers.texts(captions))
        for (i, states) in tokens.enumerated() {
            let last = states.values.suffix(states.columns)
            let own = pooled.values[i * pooled.columns..<(i + 1) * pooled.columns]
            #expect(zip(last, own).allSatisfy { abs($0 - $1) < 1e-5 })
        }
        let sight = try TokenViews(pictures).sight()
        #expect(sight.ofEarlier < 1e-6 && sight.ofLater > 1e-3)
    }

    @Test("a start token tells nothing; the pooled vector tells something; long captions are cut and keep their end")
    func record() throws {
        let record = try TokensStudy(Self.pictures.get()).record()
        #expect(record.places.map(\.place) == ["start", "word before", "the word", "pooled"])
        #expect(record.places[3].area.value > 0.6 && record.places[3].mentions > 40)
        #expect(record.behind.map(\.name) == ["0", "1", "2", "4", "8", "16"])
        #expect(record.behind[0].cut == 0 && record.behind[5].cut == 60 && record.behind[5].keepEnd == 60)
        #expect(record.behind[0].r10 == record.before[0].r10)
        // By chance the first of ten of 60 would be right in a sixth of the cases.
        #expect(record.behind[0].r10 > 0.4 && record.probes.count == 5)
        let data = try JSONEncoder().encode(record)
        #expect(try JSONDecoder().decode(TokensRecord.self, from: data) == record)
    }

    @Test("zero-shot, ways, sums and scenes: records survive JSON, and towers with new weights know nothing")
    func others() throws {
        let pictures = try Self.pictures.get()
        let known = pictures.known
        let classes = try ClassificationStudy(pictures).record(ClassTask.Portraits.sex.task(known))
        #expect(classes.readings.count == 3 && classes.readings[2].top1.value > 0.7)
        #expect(try JSONDecoder().decode(ClassificationRecord.self, from: JSONEncoder().encode(classes)) == classes)
        let sums = try ArithmeticStudy(pictures, seed: 1).record([Arithmetic.sums[0]], most: 20)
        #expect(sums.changes[0].treated.count == 3 && sums.changes[0].treated[0].queries.count == 4)
        #expect(sums.additivity[2].heldOut < sums.additivity[0].heldOut)
        let fresh = try pictures.towers.untrained(seed: 1)
        let scenes = try CompositionStudy(fresh, items: 30).record()
        #expect(scenes.parts.count == 2 && scenes.parts[0].choices.allSatisfy { $0.textOnly == 0.5 })
        let initial = try InitialTowersExperiment(pictures.towers, known.pictures, seeds: 2).record()
        #expect(initial.rows.count == 2 && initial.rows.allSatisfy { ($0.values[2] ?? 0) > 0.3 })
    }
}
