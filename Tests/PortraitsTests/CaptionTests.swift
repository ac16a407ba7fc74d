import Foundation
import SynPortraits
import TestSupport
import Testing

@Suite struct CaptionTests {
    let world = PortraitWorld()

    @Test func whatIsReadIsWhatWasSaid() {
        var count = 0
        for index in 0..<1_000 {
            let portrait = world.portrait(at: index)
            let captions = portrait.describedCaptions
            #expect(captions.count == 10)
            for caption in captions {
                count += 1
                #expect(CaptionMentions.read(caption.text) == caption.mentions, "\(caption.text)")
                for (attribute, value) in caption.mentions {
                    #expect(portrait.attributes[attribute] == value, "\(caption.text)")
                }
            }
        }
        #expect(count == 10_000)
    }

    @Test func readsPlainSentences() {
        #expect(CaptionMentions.read("") == [:])
        #expect(CaptionMentions.read("A cat on a mat.") == [:])
        #expect(CaptionMentions.read("He has no beard.") == [.male: true, .noBeard: true])
        #expect(CaptionMentions.read("he has beard") == [.male: true, .noBeard: false])
        #expect(
            CaptionMentions.read("This smiling woman has wavy hair, and wears lipstick.")
                == [.male: false, .smiling: true, .wavyHair: true, .wearingLipstick: true])
        #expect(CaptionMentions.read("The person has 5 o’clock shadow") == [.fiveOClockShadow: true])
        #expect(CaptionMentions.read("no eyeglasses, without hat") == [.eyeglasses: false, .wearingHat: false])
        #expect(CaptionMentions.read("the hatter thematic") == [:])
    }

    /// Lengths, sentences and mentions beside the real captions'.
    @Test(.enabled(if: Fixture.sharedData("celebahq") != nil, Comment(rawValue: Fixture.absent)))
    func captionsResembleTheRealOnes() throws {
        let real = try SharedCaptions.rows("mmcelebahq_captions_0-100.tsv.gz").map(\.text)
        let ours = (0..<2_000).flatMap { world.portrait(at: $0).captions }
        print("captions: each figure of the real ones, then of ours")
        for (name, measure) in [
            ("words", { Double($0.split(separator: " ").count) }),
            ("sentences", { Double($0.count { $0 == "." }) }),
            ("mentions", { Double(CaptionMentions.read($0).filter { $0.key != .male }.count) }),
        ] as [(String, (String) -> Double)] {
            let (a, b) = (Spread(real.map(measure)), Spread(ours.map(measure)))
            print("\(name): mean \(a.mean) \(b.mean), sd \(a.deviation) \(b.deviation)")
            print("\(name): deciles \(a.deciles) \(b.deciles)")
            // Within a third of the real captions' own spread.
            #expect(abs(a.mean - b.mean) < a.deviation / 3)
            #expect(abs(a.deviation - b.deviation) < a.deviation / 4)
        }
    }

    /// What is read off the real captions is true of the photos, as far as their annotation goes.
    @Test(.enabled(if: Fixture.sharedData("celebahq") != nil, Comment(rawValue: Fixture.absent)))
    func readsTheRealCaptions() throws {
        let annotation = try SharedCaptions.annotation()
        for file in ["mmcelebahq_captions_0-100.tsv.gz", "mmcelebahq_captions_styleT2I_unseen_test.tsv.gz"] {
            var (mentions, agreed) = (0, 0)
            var misses: [String] = []
            for row in try SharedCaptions.rows(file) {
                for (attribute, value) in CaptionMentions.read(row.text) {
                    mentions += 1
                    if annotation[row.image][attribute] == value {
                        agreed += 1
                    } else {
                        misses.append("\(row.image): \(attribute.name) in \(row.text)")
                    }
                }
            }
            print("\(file): \(agreed) of \(mentions) mentions agree with the annotation", misses.prefix(4))
            #expect(mentions > 4_000)
            #expect(Double(agreed) > 0.999 * Double(mentions))
        }
    }
}

/// Mean, standard deviation and deciles.
private struct Spread {
    let mean: Double, deviation: Double
    let deciles: [Double]

    init(_ values: [Double]) {
        let middle = values.reduce(0, +) / Double(values.count)
        let sorted = values.sorted()
        mean = middle
        deviation = (values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(values.count)).squareRoot()
        deciles = (1..<10).map { sorted[$0 * sorted.count / 10] }
    }
}

/// The real captions and labels, where they are present.
private enum SharedCaptions {
    static func rows(_ file: String) throws -> [(image: Int, text: String)] {
        try unpacked(file).split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            return (try #require(Int(fields[0])), String(fields[2]))
        }
    }

    static func annotation() throws -> [PortraitAttributes] {
        let lines = try unpacked("CelebAMask-HQ-attribute-anno.txt.gz").split(separator: "\n")
        let names = try lines[1].split(separator: " ").map { try #require(PortraitAttribute(name: String($0))) }
        return lines.dropFirst(2).map { line in
            PortraitAttributes(zip(names, line.split(separator: " ").dropFirst()).filter { $1 == "1" }.map(\.0))
        }
    }

    private static func unpacked(_ file: String) throws -> String {
        let url = try #require(Fixture.sharedData("celebahq/\(file)"))
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", url.path]
        let pipe = Pipe()
        gzip.standardOutput = pipe
        try gzip.run()
        let data = try #require(try pipe.fileHandleForReading.readToEnd())
        gzip.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
