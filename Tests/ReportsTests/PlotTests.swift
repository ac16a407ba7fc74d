import Foundation
import SynReports
import Testing

@Suite struct PlotTests {
    @Test func drawingsAreWellFormed() throws {
        let report = MadeUpReport.whole()
        let scores = try #require(ScorePlot(report).drawing)
        let training = try #require(CurvePlot(report.curves).drawing)
        for file in [scores.file, training.file] {
            let read = WellFormed(file)
            #expect(read.problem == nil)
            #expect(read.elements["svg"] == 1)
        }
        let read = WellFormed(scores.file)
        for word in ["bert-mini", "BERT-style", "CLIP-Score (100 × cosine", "random 18.", "real pairs", "31.40"] {
            #expect(read.words.contains(word))
        }
    }

    /// 15 seeds and 5 means, 3 marks in the legend, 5 means in the strip of the whole scale.
    @Test func everySeedHasItsMark() throws {
        let file = try #require(ScorePlot(MadeUpReport.whole()).drawing).file
        #expect(file.ranges(of: "class=\"seed ").count == 15)
        #expect(file.ranges(of: "class=\"mark ").count == 5 + 3 + 5)
        #expect(file.ranges(of: "class=\"interval ").count == 5)
    }

    @Test func oneSeedHasNoInterval() throws {
        let file = try #require(ScorePlot(MadeUpReport.whole(seeds: [7])).drawing).file
        #expect(file.ranges(of: "class=\"interval ").isEmpty)
        #expect(file.ranges(of: "class=\"seed ").count == 5)
    }

    /// t(0.975, 1) = 12.7: the interval of two seeds must not squeeze the seeds together.
    @Test func veryWideIntervalsEndInArrows() throws {
        var report = MadeUpReport.whole(seeds: [0, 1])
        report.groundTruth = nil
        report.scores = report.scores.filter { $0.encoder == "bert-mini" }
        report.scores[0].clipScore = 20
        report.scores[1].clipScore = 21
        let drawing = try #require(ScorePlot(report).drawing)
        let seeds = drawing.file.matches(of: /class="seed bert" cx="([0-9.]+)"/).compactMap { Double($0.1) }
        #expect(seeds.count == 2)
        let distance = try #require(seeds.max()) - (try #require(seeds.min()))
        #expect(distance > drawing.width / 8)
        #expect(drawing.file.matches(of: /<path class="mark bert"/).count == 2)
    }

    @Test func realPairsNearbyStandOnTheMainAxis() throws {
        var report = MadeUpReport.whole()
        report.groundTruth?.clipScore = 25
        let file = try #require(ScorePlot(report).drawing).file
        #expect(file.contains("real pairs 25.00"))
        #expect(!file.contains("whole scale"))
    }

    @Test func undefinedScoresAreLeftOut() throws {
        var report = MadeUpReport.whole(seeds: [0])
        report.scores[0].clipScore = .nan
        let file = try #require(ScorePlot(report).drawing).file
        #expect(!file.contains("bert-mini"))
        #expect(!file.lowercased().contains("nan"))
        for index in report.scores.indices { report.scores[index].clipScore = .nan }
        #expect(ScorePlot(report).drawing == nil)
    }

    @Test func curvesOfUnequalLengthMeetWhereAllSeedsHaveBeen() {
        func point(_ step: Int, _ loss: Double) -> TrainingCurve.Point { TrainingCurve.Point(step, loss) }
        let curves = [
            TrainingCurve(encoder: "a", style: .bert, seed: 0, validation: [point(0, 3), point(10, 2), point(20, 1)]),
            TrainingCurve(encoder: "a", style: .bert, seed: 1, validation: [point(0, 5), point(10, 4)]),
        ]
        let file = CurvePlot(curves).drawing?.file ?? ""
        #expect(file.contains("a: 3.0000 nats per token at step 10"))
        #expect(file.contains("class=\"band bert\""))
    }

    @Test(arguments: [
        [], [TrainingCurve(encoder: "a", style: .clip, seed: 0)],
        [
            TrainingCurve(
                encoder: "a", style: .clip, seed: 0, train: [.init(0, .nan)], validation: [.init(0, .infinity)])
        ],
    ])
    func nothingToDrawIsNoDrawing(_ curves: [TrainingCurve]) {
        #expect(CurvePlot(curves).drawing == nil)
        #expect(CurvePlot(curves).drawings.isEmpty)
    }

    /// Steps and losses at the ends of their types come from files and must not trap.
    @Test func extremesAreDrawn() throws {
        let extremes: [[TrainingCurve.Point]] = [
            [.init(.max, 1e308), .init(.min, -1e308)], [.init(5, 2)], [.init(.max, 1)], [.init(.min, 0)],
            (0..<1000).map { .init(.max - $0, Double($0)) },
        ]
        for points in extremes {
            let curve = TrainingCurve(encoder: "a", style: .random, seed: 0, train: points, validation: points)
            let file = try #require(CurvePlot([curve]).drawing).file
            #expect(WellFormed(file).problem == nil)
            for path in file.matches(of: /\ d="([^"]+)"/) {
                let numbers = path.1.split { "MLZ ".contains($0) }
                #expect(numbers.count >= 2 && numbers.allSatisfy { Double($0)?.isFinite == true })
            }
        }
    }
}
