import SynFiles
import Testing

@Suite("Names that were meant")
struct NearestNamesTests {
    @Test(
        "a slip of the finger is found",
        arguments: [("porbe", "probe"), ("prob", "probe"), ("scores", "score"), ("xyzzy", nil)])
    func nearest(_ word: String, _ name: String?) {
        #expect(NearestNames.nearest(to: word, among: ["score", "probe", "train"]) == name)
    }

    @Test("the nearest come first, three at most")
    func all() {
        let names = ["encoder.layer.10.w", "encoder.layer.1.w", "encoder.layer.20.ww", "other", "encoder.layer.0.x"]
        #expect(
            NearestNames.all(to: "encoder.layer.0.w", among: names)
                == ["encoder.layer.10.w", "encoder.layer.1.w", "encoder.layer.0.x"])
        #expect(NearestNames.suggestion(for: "q", among: ["something"]).isEmpty)
    }

    @Test("long names and many names take no time")
    func bounded() {
        let long = String(repeating: "a", count: 1_000_000)
        #expect(NearestNames.nearest(to: long, among: [long + "b"]) == nil)
        let many = (0..<100_000).map { "encoder.layer.\($0).attention.self.query.weight" }
        let clock = ContinuousClock()
        #expect(clock.measure { _ = NearestNames.all(to: "decoder.block.7.w", among: many) } < .seconds(10))
    }
}
