import Foundation
import SynRuns
import Testing

/// What a long run leaves on standard error: little in a log, one line on a terminal.
@Suite struct RunLineTests {
    private final class Surroundings {
        var time = 0.0
        var text = ""
    }

    private func line(_ style: ProgressLine.Style, _ surroundings: Surroundings) -> RunLine {
        RunLine(style: style, now: { surroundings.time }, write: { surroundings.text += $0 })
    }

    private func progress(
        _ task: String, _ done: Int, _ total: Int, _ place: String = "", _ left: String = ""
    ) -> WorkProgress {
        WorkProgress(task: task, done: done, total: total, note: "", place: place, left: left)
    }

    @Test func logsHaveFewLines() {
        let surroundings = Surroundings()
        var line = line(.plain, surroundings)
        for encoder in 1...3 {
            for task in ["vectors", "training", "pictures", "scores"] {
                for done in 0...50 {
                    line.show(progress(task, done, 50, "encoder \(encoder) of 3", "about 2 min left"))
                    surroundings.time += 0.5
                }
            }
        }
        line.finish()
        let lines = surroundings.text.split(separator: "\n")
        print(surroundings.text)
        #expect(lines.first == "encoder 1 of 3, about 2 min left: vectors: 0 %, 0 of 50")
        #expect(lines.count { $0.contains("done in") } == 3)
        #expect(lines.contains("encoder 2 of 3: done in 1:42, about 2 min left"))
        #expect(lines.count <= 3 + 6)
    }

    @Test func longRunsWriteLessAndLessOften() {
        let surroundings = Surroundings()
        var line = line(.plain, surroundings)
        for second in 0..<(7 * 86_400 / 10) {
            line.show(progress("training", second, 100_000, "encoder 1 of 1"))
            surroundings.time += 10
        }
        let count = surroundings.text.split(separator: "\n").count
        print("a week writes \(count) lines")
        #expect((300...500).contains(count))
    }

    @Test func terminalsShowOneLine() {
        let surroundings = Surroundings()
        var line = line(.live(columns: 80), surroundings)
        line.show(progress("training", 0, 10, "encoder 1 of 2", "about 14 min left"))
        surroundings.time = 1
        line.show(progress("training", 5, 10, "encoder 1 of 2", "about 14 min left"))
        line.show(progress("training", 0, 10, "encoder 2 of 2", "about 7 min left"))
        line.finish()
        #expect(surroundings.text.hasPrefix("\rencoder 1 of 2, about 14 min left · training ╌"))
        #expect(surroundings.text.split(separator: "\n").count == 2)
        #expect(surroundings.text.hasSuffix("encoder 2 of 2: done in 0:00, about 7 min left\u{1B}[K\n"))
    }

    @Test(arguments: [
        (3.0, "5 s"), (31, "35 s"), (56, "1 min"), (840, "14 min"), (5400, "90 min"), (7200, "2 h"),
        (12_000, "3 h 20 min"),
        (432_000, "5 days"), (.infinity, "years"), (.nan, "years"),
    ]) func wordsOfTimes(_ seconds: Double, _ text: String) {
        #expect(RunProgress.text(seconds) == text)
    }

    /// Paces are of work done now; what was done before, or is of another kind, tells nothing.
    @Test func timeLeftIsOfTheWholeRun() throws {
        let surroundings = Surroundings()
        let clock = RunClock(FileManager.default.temporaryDirectory) { surroundings.time }
        var run = RunProgress(
            [
                .init(place: "encoder 1 of 2", needs: [.training: 100, .drawing: 10]),
                .init(place: "encoder 2 of 2", needs: [.training: 100, .drawing: 10]),
            ],
            clock
        ) { surroundings.time }
        run.beginNext()
        #expect(run.leftText == "")
        run.tell(.training, 40, of: 100)
        surroundings.time = 30
        run.tell(.training, 70, of: 100)
        #expect(run.leftText == "at least 2 min left")   // 30 and 100 steps of a second each
        run.tell(.training, 100, of: 100)
        run.tell(.drawing, 0, of: 10)
        surroundings.time = 50
        run.tell(.drawing, 10, of: 10)
        run.beginNext()
        let left = try #require(run.left)
        #expect(!left.isAtLeast && abs(left.seconds - (100 * 30.0 / 60 + 20)) < 1e-9)
    }
}
