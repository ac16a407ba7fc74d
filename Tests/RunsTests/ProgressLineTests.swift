import SynRuns
import Testing

/// A clock and a page that a progress line is given instead of the real ones.
private final class Stage {
    var time = 0.0
    var written: [String] = []

    func line(
        _ total: Int, done: Int = 0, unit: ProgressLine.Unit = .items, _ style: ProgressLine.Style
    ) -> ProgressLine {
        ProgressLine("drawing", total: total, done: done, unit: unit, style: style, now: { self.time }) {
            self.written.append($0)
        }
    }
}

@Suite("The progress line")
struct ProgressLineTests {
    @Test("plain: the start, every tenth, the end")
    func plain() {
        let stage = Stage()
        var line = stage.line(100, .plain)
        for done in 1...100 {
            stage.time += 0.5
            line.advance(to: done)
        }
        line.finish()
        #expect(stage.written.count == 11)
        #expect(stage.written.first == "drawing: 0 of 100 at the start\n")
        #expect(stage.written[1] == "drawing: 10 %, 10 of 100, 2.0/s, 0:45 left\n")
        #expect(stage.written.last == "drawing: 100 of 100 in 0:50, 2.0/s\n")
    }

    @Test("bytes are told in units for people")
    func bytes() {
        let stage = Stage()
        var line = stage.line(2_500_000_000, done: 999, unit: .bytes, .plain)
        for part in 1...2 {
            stage.time += 50
            line.advance(to: part * 1_250_000_000)
        }
        line.finish()
        #expect(
            stage.written == [
                "drawing: 999 B of 2.50 GB at the start\n", "drawing: 50 %, 1.25 GB of 2.50 GB, 25 MB/s, 0:50 left\n",
                "drawing: 2.50 GB of 2.50 GB in 1:40, 25 MB/s\n",
            ])
    }

    @Test("plain: slow work speaks once a minute")
    func slow() {
        let stage = Stage()
        var line = stage.line(1000, .plain)
        for done in 1...4 {
            stage.time += 40
            line.advance(to: done, note: "loss 1.5")
        }
        #expect(
            stage.written.dropFirst() == [
                "drawing: 0 %, 2 of 1000, 40.0 s each, 11:05:20 left, loss 1.5\n",
                "drawing: 0 %, 4 of 1000, 40.0 s each, 11:04:00 left, loss 1.5\n",
            ])
    }

    @Test("what is left is no wild guess after a pause, nor after many items told at once")
    func pauses() throws {
        let stage = Stage()
        var line = stage.line(18_000, .plain)
        for done in 1...3_000 {
            stage.time += 0.15
            line.advance(to: done)
        }
        stage.time += 60
        line.advance(to: 3_001)
        let paused = try #require(stage.written.last)
        #expect(paused.hasPrefix("drawing: 16 %, 3001 of 18000, 4."), "\(paused)")   // of 6.7 before
        stage.time += 0.1
        line.advance(to: 3_600)
        let burst = try #require(stage.written.last)
        #expect(burst.hasPrefix("drawing: 20 %, 3600 of 18000, 8."), "\(burst)")   // 7.1 in all
    }

    @Test("live: at most ten drawings a second, none wider than the terminal")
    func live() {
        let stage = Stage()
        var line = stage.line(10_000, .live(columns: 60))
        for done in 1...10_000 {
            stage.time += 0.001
            line.advance(to: done, note: "a note that is far too long for this terminal")
        }
        line.finish()
        #expect((90...112).contains(stage.written.count))
        #expect(stage.written.allSatisfy { $0.hasPrefix("\r") })
        let widest = stage.written.map { $0.filter { $0 != "\r" && $0 != "\n" }.count - "\u{1B}[K".count }.max()
        #expect(widest == 59)
        #expect(stage.written.last?.hasSuffix("\n") == true)
    }

    @Test("resumed: the rate counts only this run")
    func resumed() {
        let stage = Stage()
        var line = stage.line(100, done: 50, .plain)
        stage.time += 10
        line.advance(to: 60)
        #expect(stage.written.last == "drawing: 60 %, 60 of 100, 1.0/s, 0:40 left\n")
        line.finish()
        #expect(stage.written.last == "drawing: 60 of 100 in 0:10, 1.0/s\n")
    }

    @Test("the rate follows a change within seconds but not at once")
    func smooth() {
        let stage = Stage()
        var line = stage.line(1_000_000, .plain)
        var done = 0
        for _ in 0..<100 {
            stage.time += 0.1
            done += 1
            line.advance(to: done)
        }
        for _ in 0..<100 {
            stage.time += 0.1
            done += 10
            line.advance(to: done)
        }
        stage.time += 60   // forces a line
        line.advance(to: done)
        let rate = stage.written.last.flatMap { text in text.split(separator: " ").first { $0.hasSuffix("/s,") } }
        // 100/s after ten seconds at ten times the old rate: 10 + 90·(1 − e⁻¹) = 66.9.
        #expect(rate == "66.9/s,")
    }

    @Test("silent, and nothing to do")
    func silent() {
        let stage = Stage()
        var line = stage.line(10, .silent)
        line.advance(to: 10)
        line.finish()
        #expect(stage.written.isEmpty)
        var nothing = stage.line(0, .plain)
        nothing.finish()
        #expect(stage.written.last == "drawing: 0 of 0 in 0:00\n")
    }

    @Test("durations")
    func durations() {
        #expect(
            [0, 59.6, 3599, 3600, 36_061].map(ProgressLine.duration) == [
                "0:00", "1:00", "59:59", "1:00:00", "10:01:01",
            ])
        #expect(ProgressLine.duration(.infinity) == "?")
    }
}
