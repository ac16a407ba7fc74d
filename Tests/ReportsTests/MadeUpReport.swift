import Foundation
import SynReports
import SynStatistics

/// A report in which every number and picture is made up, and says so. Nothing here was measured.
enum MadeUpReport {
    static let encoders: [(String, EncoderStyle, Double)] = [
        ("bert-mini", .bert, 20.6), ("bert-small", .bert, 20.9), ("clip-mini", .clip, 22.4),
        ("clip-small", .clip, 23.1), ("random", .random, 18.2),
    ]

    static let captions = [
        "The woman has wavy hair, brown hair, and pointy nose. She is wearing heavy makeup.",
        "He has a goatee & \"bushy\" eyebrows <script>alert('no')</script>.",
        "This smiling young person wears a hat, eyeglasses and earrings, and has high cheekbones, an oval face, "
            + "bags under the eyes and a mouth that is slightly open 🙂.",
    ]

    static func whole(seeds: [UInt64] = [0, 1, 2]) -> ProbeReport {
        ProbeReport(
            title: "Made-up numbers to look at the page", dataset: "nobody's portraits",
            settings: [
                Setting("adapter.learning-rate", "0.01"), Setting("adapter.epochs", "4"),
                Setting("sampling.top-k", "250"),
                Setting("prefix-tokens", "1"), Setting("guidance", "1"),
                Setting("captions", "Samples/a-rather-long-path/to/a/file/of/captions/that/has/to/wrap/somewhere.txt"),
            ],
            provenance: Provenance(
                toolVersion: "0.0-made-up", cpu: "A Processor That Does Not Exist", threads: 2,
                precision: "f32", date: "2000-01-01",
                stages: [
                    .init("features", seconds: 12.3), .init("training", seconds: 424), .init("scores", seconds: 3950),
                ]),
            scores: encoders.enumerated().flatMap { index, encoder in
                seeds.map { score(index, encoder.0, encoder.1, encoder.2, $0) }
            },
            groundTruth: GroundTruth(
                clipScore: 31.4, n: 500, attributeScore: 0.982, inceptionScore: .init(mean: 3.9, sd: 0.2)),
            curves: encoders.enumerated().flatMap { index, encoder in
                seeds.map { curve(index, encoder.0, encoder.1, $0) }
            },
            significance: significance, sections: [judge],
            gallery: captions.enumerated().map { row($0.offset, $0.element) },
            ablation: ablation,
            caveats: [
                "Every number on this page is made up by a test of the page itself.",
                "The seeds of one encoder are not independent encoders.",
            ])
    }

    static let judge = ReportSection(
        "A note on the judge",
        [
            .sentence("The judge of this page never saw a picture, because there is no judge."),
            .warning("Two encoders per style with three seeds each are two observations per style, not six."),
            .table(
                TextTable(
                    "Judges (made up)", columns: [.init("Judge"), .init("Retrieval", .right)],
                    rows: [["clip-judge", "12.3 %"]])),
            .terms([.init("Retrieval", "How often the right caption is first among a hundred.")]),
        ])

    /// As the Statistics room writes it, with numbers from nowhere.
    static let significance = try? RecordFile.decode(
        SignificanceRecord.self, from: Data(significanceJSON.utf8), name: "made up")

    private static let significanceJSON = """
        {"schema_version": 1, "seed": 0, "correction": "There is one comparison, so p values need no correction.",
         "groups": [
          {"group": "bert", "n": 6, "mean": 20.7, "sd": 0.25, "ci95": [20.4, 21.0], "mean_over_encoders": 20.7,
           "sd_over_encoders": 0.31, "ci95_over_encoders": [17.9, 23.5],
           "encoders": [{"encoder": "bert-mini", "n": 3, "mean": 20.5, "sd": 0.03},
                        {"encoder": "bert-small", "n": 3, "mean": 20.9, "sd": 0.12}]},
          {"group": "clip", "n": 6, "mean": 22.7, "sd": 0.41, "ci95": [22.3, 23.1]}],
         "comparisons": [{"a": "bert", "b": "clip", "difference": -2.0,
          "tests": [
           {"name": "student", "title": "Student t (pooled)", "question": "?", "unit": "score", "n_a": 6, "n_b": 6,
            "T": -10.2, "dof": 10, "p": 2.25e-9, "p_holm": 6.75e-9, "ci95": [-2.4, -1.6]},
           {"name": "encoder_welch", "title": "Welch t of encoder means", "question": "?", "unit": "encoder",
            "n_a": 2, "n_b": 2, "T": -4.8, "dof": 1.91, "p": 0.041, "p_holm": 0.123, "ci95": [-3.9, -0.1]},
           {"name": "encoder_permutation", "title": "permutation of encoders", "question": "?", "unit": "encoder",
            "n_a": 2, "n_b": 2, "p": 0.333333, "p_min": 0.333333, "method": "exact"},
           {"name": "paired", "title": "paired t", "question": "?", "unit": "score", "n_a": 6, "n_b": 6,
            "unavailable": "The groups share no encoder and seed."}],
          "effects": [{"unit": "score", "cohen_d": -5.9, "cohen_d_ci95": [-8.6, -3.1], "hedges_g": -5.4,
                       "hedges_g_ci95": [-7.9, -2.9]}]}],
         "warnings": [{"code": "seeds_not_independent", "groups": ["bert", "clip"],
          "message": "Seeds of one encoder are not independent encoders: group bert has 6 scores from 2 encoders."}]}
        """

    private static func noise(_ a: Int, _ b: Int) -> Double {
        // A fixed scatter in (−1, 1), without any generator.
        let x = sin(Double(a) * 12.9898 + Double(b) * 78.233) * 43758.5453
        return 2 * (x - x.rounded(.down)) - 1
    }

    private static func score(
        _ i: Int, _ name: String, _ style: EncoderStyle, _ level: Double, _ seed: UInt64
    )
        -> ScoreRecord
    {
        let wobble = noise(i, Int(truncatingIfNeeded: seed))
        return ScoreRecord(
            encoder: name, style: style, seed: seed, clipScore: level + 0.14 * wobble, n: 500,
            inceptionScore: .init(mean: 2.6 + 0.1 * wobble, sd: 0.12),
            inceptionScoreAsPublished: .init(mean: 1.01, sd: 0.001), fid: 48 - 3 * wobble - level / 10,
            attributeScore: 0.52 + (level - 18) / 15 + 0.01 * wobble,
            validationLoss: .init(best: 3.1 - level / 40 + 0.002 * wobble, last: 3.11 - level / 40),
            seconds: 61 + wobble)
    }

    private static func curve(_ i: Int, _ name: String, _ style: EncoderStyle, _ seed: UInt64) -> TrainingCurve {
        let floor = 3.1 - encoders[i].2 / 40 + 0.006 * noise(i, Int(truncatingIfNeeded: seed))
        let train = (0..<400).map { step in
            TrainingCurve.Point(
                step * 5,
                floor - 0.02 + 0.4 * exp(-Double(step) / 40) + 0.012 * noise(step, i &+ Int(truncatingIfNeeded: seed)))
        }
        let validation = (0...20).map { step in
            TrainingCurve.Point(step * 100, floor + 0.22 * exp(-Double(step) / 4) + 0.002 * noise(step, i))
        }
        return TrainingCurve(encoder: name, style: style, seed: seed, train: train, validation: validation)
    }

    static func face(_ a: Int, _ b: Int) -> Data {
        let hue = noise(a, b) * 0.5 + 0.5
        let smile = noise(b, a)
        return TinyPNG.encode(width: 64, height: 64) { x, y in
            let (u, v) = (Double(x) - 31.5, Double(y) - 34)
            func tone(_ r: Double, _ g: Double, _ b: Double) -> (UInt8, UInt8, UInt8) {
                (UInt8(max(0, min(255, r))), UInt8(max(0, min(255, g))), UInt8(max(0, min(255, b))))
            }
            let shade = 30 * (u / 40) + 10 * v / 40
            if hypot(u - 8, (v + 4) * 1.1) < 3 || hypot(u + 8, (v + 4) * 1.1) < 3 { return tone(40, 30, 30) }
            if abs(v - 11 - smile * (u * u / 24 - 2)) < 1.4, abs(u) < 8 { return tone(150, 50, 60) }
            if hypot(u / 17, v / 22) < 1, v > -13 { return tone(225 - shade, 180 - shade, 150 - shade) }
            if hypot(u / 22, (v + 3) / 26) < 1 { return tone(60 + 120 * hue, 45 + 60 * hue, 35) }
            return tone(150 + 60 * hue - shade, 170 - shade, 190 - 60 * hue - shade)
        }
    }

    private static func row(_ index: Int, _ caption: String) -> GalleryRow {
        GalleryRow(
            caption: caption, attributes: [["Wavy_Hair", "Brown_Hair"], ["Goatee"], ["Smiling", "Young"]][index % 3],
            original: Picture(.data(face(index, 99)), clipScore: 31 + noise(index, 99), attributeScore: 1),
            pictures: encoders.enumerated().map { i, encoder in
                GalleryPicture(
                    encoder: encoder.0, seed: 0,
                    picture: Picture(
                        index == 1 && i == 1 ? .path("images/not-there.png") : .data(face(index, i)),
                        clipScore: encoder.2 + 2 * noise(index, i), attributeScore: Double(i + 2) / 8))
            })
    }

    private static let ablation = Ablation(
        captions: captions,
        rows: [("bert-small", EncoderStyle.bert), ("clip-small", .clip)].flatMap { name, style in
            [(1, 1.0), (4, 1.0), (1, 3.0), (4, 3.0)].enumerated().map { i, setting in
                AblationRow(
                    encoder: name, style: style, prefixTokens: setting.0, guidance: setting.1,
                    clipScore: 21 + Double(i) * 1.2, attributeScore: 0.6 + Double(i) * 0.08, n: 200,
                    pictures: captions.indices.map {
                        Picture(.data(face($0, i + 20)), clipScore: 22 + noise($0, i), attributeScore: 0.75)
                    })
            }
        })
}
