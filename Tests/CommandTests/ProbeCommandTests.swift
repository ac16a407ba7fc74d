import Foundation
import TestSupport
import Testing

/// The probe itself, very small: killed and resumed, stopped with Ctrl-C, refused for wrong settings.
@Suite(
    "The probe as a command",
    .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)),
    .enabled(
        if: Workplace.has("bert-mini", "clip-mini", "decoder", "inception-mini"), Comment(rawValue: Workplace.absent)))
struct ProbeCommandTests {
    static let settings = """
        name: tiny
        seeds: [1]
        decoder: \(Workplace.weights("decoder"))
        encoders:
          - {name: bert-mini, path: \(Workplace.weights("bert-mini")), style: bert}
          - {name: random, style: random, size: 16}
        data: {train: 24, validation: 6}
        adapter: {learning-rate: 1e-2, steps: 40, batch: 8}
        sampling: {captions: 6, batch: 2}
        scores: {clip: \(Workplace.weights("clip-mini")), inception: \(Workplace.weights("inception-mini")), splits: 2}
        precision: f32
        threads: 1
        """

    @Test("killed at any moment and started again, it ends with the same adapters, pictures and scores")
    func killed() throws {
        let place = try Workplace()
        _ = try place.file("tiny.yaml", Self.settings)
        // Every round lives a little longer than the one before, so that kills meet every stage and it does end.
        let (code, complaints) = try BehaviourTests().shell(
            """
            $synesthesia probe tiny.yaml --set output=whole -q > whole.txt || exit 1
            for tenths in {5..95..3}; do
                $synesthesia probe tiny.yaml --set output=killed > killed.txt 2>> words & child=$!
                for ((i = 0; i < tenths; i++)); do kill -0 $child 2> /dev/null || break; sleep 0.1; done
                kill -KILL $child 2> /dev/null
                wait $child && break
                echo killed >> kills
            done 2> /dev/null
            # A training that was stopped goes on; nothing of it is damaged.
            grep -F "training.jsonl is not in the list" words >&2 && exit 6
            cd whole
            for file in */seed-1/adapter*.safetensors */seed-1/images/*.png */seed-1/samples.jsonl; do
                cmp $file ../killed/$file || exit 2
            done
            for file in */seed-1/training.jsonl; do
                cmp <(sed 's/,"samples_per_second":[^,}]*//' $file) <(sed 's/,"samples_per_second":[^,}]*//' ../killed/$file) || exit 3
            done
            for file in */seed-1/scores.json real/scores.json; do
                cmp <(grep -v '"seconds"' $file) <(grep -v '"seconds"' ../killed/$file) || exit 4
            done
            [ $(wc -l < ../kills) -ge 2 ] || { echo "it was never killed" >&2; exit 5; }
            """, folder: place.folder)
        #expect(code == 0, "\(complaints)")
        #expect(try place.names("killed/bert-mini/seed-1/images").count == 6)
        print(
            "the probe was killed "
                + "\((try? String(contentsOf: place["kills"], encoding: .utf8))?.split(separator: "\n").count ?? 0) "
                + "times"
        )

        let report = try CommandRun(["report", place.path("whole"), "--json"])
        #expect(report.exitCode == 0 && report.object?["schema_version"] != nil)
        let stored = try place.bytes("whole/report.json")
        let again = ["probe", place.path("tiny.yaml"), "--set", "output=\(place.path("whole"))"]
        let same = try CommandRun(again)
        #expect(
            same.exitCode == 0 && same.complaints.contains("is finished; this is the report that it wrote"),
            "\(same.complaints)")
        #expect(try place.bytes("whole/report.json") == stored)
        let fewer = try CommandRun(again + ["-q", "--set", "sampling.captions=5"])
        #expect(
            fewer.exitCode == 64 && fewer.complaints.contains("holds a run with other settings"), "\(fewer.complaints)")
    }

    @Test("captions that an encoder cuts are counted in the record, and the page says so")
    func cutCaptions() throws {
        let place = try Workplace()
        let short = try place.copy("bert-mini")
        let file = short.appending(path: "tokenizer_config.json")
        var rules = (try? JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]) ?? [:]
        rules["model_max_length"] = 12
        try JSONSerialization.data(withJSONObject: rules).write(to: file)
        let settings = Self.settings.replacing(Workplace.weights("bert-mini") + ", style", with: short.path + ", style")
            .replacing("steps: 40", with: "steps: 2")
        let line = ["probe", try place.file("short.yaml", settings), "--set", "output=\(place.path("run"))"]
        let run = try CommandRun(line + ["-q", "--json"])
        #expect(run.exitCode == 0, "\(run.complaints)")
        let cut = try #require((run.object?["cut_captions"] as? [[String: Any]])?.first)
        let (count, all) = (try #require(cut["cut"] as? Int), try #require(cut["captions"] as? Int))
        #expect(cut["encoder"] as? String == "bert-mini" && all == 300 && count > 0 && count < all, "\(cut)")
        let said = "Captions that are longer than an encoder reads lost their end: bert-mini \(count) of \(all)."
        #expect((run.object?["caveats"] as? [String])?.contains(said) == true, "\(run.object?["caveats"] ?? "")")
        #expect(String(decoding: try place.bytes("run/report.html"), as: UTF8.self).contains(said))
        let whole = try CommandRun([
            "probe", try place.file("tiny.yaml", settings.replacing(short.path, with: Workplace.weights("bert-mini"))),
            "--set", "output=\(place.path("whole"))", "-q", "--json",
        ])
        #expect(whole.exitCode == 0 && whole.object?["cut_captions"] == nil, "\(whole.complaints)")
    }

    @Test("a third page tells what the chosen encoders learn, and is mended like the others")
    func thirdPage() throws {
        let place = try Workplace()
        _ = try place.file("tiny.yaml", Self.settings)
        let probe = [
            "probe", place.path("tiny.yaml"), "--set", "output=\(place.path("run"))", "--set",
            "glue-study=[bert-mini]", "--limit", "32",
        ]
        let run = try CommandRun(probe)
        #expect(run.exitCode == 0, "\(run.complaints)")
        let page = try place.bytes("run/glue.html")
        #expect(try String(contentsOf: place["run/report.html"], encoding: .utf8).contains("href=\"glue.html\""))
        let told = String(decoding: page, as: UTF8.self)
        #expect(told.contains("href=\"report.html\"") && told.contains("Grammar") && !told.contains(">random<"))
        #expect(try place.names("run/glue-study/bert-mini/grammar/seed-1").contains("result.json"))

        _ = try place.file("run/glue.html", "spoilt")
        let mended = try CommandRun(probe)
        #expect(mended.exitCode == 0 && mended.complaints.contains("glue.html"), "\(mended.complaints)")
        #expect(try place.bytes("run/glue.html") == page)
        // Without a record the study is made again from the trials that are kept.
        try FileManager.default.removeItem(at: place["run/glue.json"])
        #expect(try CommandRun(probe).exitCode == 0)
        #expect(FileManager.default.fileExists(atPath: place["run/glue.json"].path))
        #expect(try CommandRun(["report", place.path("run"), "-q"]).exitCode == 0)
        #expect(String(decoding: try place.bytes("run/glue.html"), as: UTF8.self).contains("Back to the probe"))
    }

    @Test("Ctrl-C ends training with 130, and the same command ends it")
    func interrupted() throws {
        let place = try Workplace()
        _ = try place.file("tiny.yaml", Self.settings)
        let line = "$synesthesia train tiny.yaml --encoder random --set output=run"
        let (code, complaints) = try BehaviourTests().shell(
            """
            \(line) & child=$!
            until [ -s run/random/seed-1/training.jsonl ]; do sleep 0.02; done
            kill -INT $child; wait $child
            """, folder: place.folder)
        #expect(code == 130, "\(complaints)")
        #expect(
            complaints.hasSuffix(
                "synesthesia: interrupted; what was finished is saved, and the same command goes on from there\n"))
        let rest = try BehaviourTests().shell("\(line) -q --json > out.json", folder: place.folder)
        #expect(rest.code == 0 && rest.complaints == "", "\(rest.complaints)")
        #expect(try place.bytes("out.json") == Data("{\n  \"adapters\" : [\n    \"run/random/seed-1\"\n  ]\n}\n".utf8))
    }

    @Test("settings that cannot run are refused with their key, and leave no folder behind")
    func settings() throws {
        let place = try Workplace()
        let file = try place.file("tiny.yaml", Self.settings)
        func refuse(_ code: Int32, _ override: String, _ sentence: String) throws {
            let run = try CommandRun(["probe", file, "-q", "--set", "output=\(place.path("run"))", "--set", override])
            #expect(run.exitCode == code, "\(override): \(run.complaints)")
            #expect(run.complaints.contains(sentence), "\(override): \(run.complaints)")
            #expect(run.complaints.split(separator: "\n").count == 1 && run.output.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: place.path("run")))
        }
        try refuse(64, "adapter.learning-rat=1", "did you mean learning-rate?")
        try refuse(64, "adapter.learning-rate=-1", "adapter.learning-rate is \"-1\", but must be from 1e-12 to 1000")
        try refuse(64, "sampling.captions=0", "sampling.captions is \"0\", but must be from 1 to 100000000")
        try refuse(64, "seeds=[]", "a list with at least one entry")
        try refuse(64, "encoders.0.style=clip", "holds one of style bert")
        try refuse(66, "encoders.0.path=./none", "the folder ./none does not exist")
        try refuse(66, "decoder=\(Workplace.weights("bert-mini"))", "project.yaml cannot be read")
        try refuse(66, "data.folder=./none", "none is not a folder; name the data set's in data.folder")
    }
}
