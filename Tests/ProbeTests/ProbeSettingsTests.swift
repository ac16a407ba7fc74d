import SynProbe
import SynRuns
import Testing

@Suite("Probe settings")
struct ProbeSettingsTests {
    /// The least a settings file must say; tests add lines below.
    static let least = """
        decoder: Weights/decoder
        encoders:
          - {name: bert, path: Weights/bert-mini}
          - name: noise
            style: random
        scores: {clip: Weights/clip-judge, inception: Weights/inception-mini}

        """

    func read(_ more: String = "", set overrides: [String] = []) throws -> ProbeSettings {
        try ProbeSettings(yaml: Self.least + more, source: "probe.yaml", overrides: overrides)
    }

    func refusal(_ more: String = "", set overrides: [String] = []) -> String? {
        let complaint = #expect(throws: UserError.self) { try read(more, set: overrides) }
        #expect(complaint?.kind == .settings)
        return complaint?.description
    }

    @Test("the defaults are the published experiment's")
    func defaults() throws {
        let settings = try read()
        #expect(settings.seeds == [1, 2, 3])
        #expect(settings.adapter.learningRate == 5e-4 && settings.adapter.betas == [0.9, 0.95])
        #expect(settings.adapter.dropout == 0.1 && settings.adapter.batch == 64 && settings.adapter.epochs == 4)
        #expect(settings.sampling.topK == 250 && settings.sampling.topP == 1 && settings.sampling.guidance == 1)
        #expect(settings.scores.splits == 10 && settings.adapter.prefixTokens == 1)
        #expect(settings.output == "runs/probe" && settings.precision == .auto && settings.threads == nil)
        #expect(settings.encoders[1].size == 512 && settings.encoders[0].style == .bert)
        #expect(settings.data.train == 25_000 && settings.data.validation == 5_000)
    }

    @Test("written out, they name every default and read back the same")
    func roundTrip() throws {
        var settings = try read("adapter: {learning-rate: 0.0123, steps: 7}\nname: 'true'\n")
        settings.ablation.guidance = [0.1 + 0.2, 3]
        settings.decoder = "a folder: with # signs"
        let text = try settings.yaml
        #expect(try ProbeSettings(yaml: text, source: "settings.yaml") == settings)
        // Run folders of older versions have a setting that decided nothing: read with a word, not written again.
        let lines = text.components(separatedBy: "\n")
        let place = try #require(lines.firstIndex { $0.hasPrefix("  splits:") })
        let old = (lines[...place] + ["  inception-input: correct"] + lines[(place + 1)...]).joined(separator: "\n")
        let read = try ProbeSettings(yaml: old, source: "old.yaml")
        #expect(try read.yaml == text && settings.retired.isEmpty)
        #expect(read.retired.first?.hasPrefix("old.yaml: scores.inception-input is no setting any more") == true)
        for key in [
            "weight-decay: 0", "top-k: 250", "images-per-caption: 1", "threads: null",
            "guidance: [0.30000000000000004, 3]",
        ] {
            #expect(text.contains(key), "\(key) is missing from\n\(text)")
        }
    }

    @Test("an unknown key is refused with its line and the nearest name")
    func unknownKeys() {
        #expect(
            refusal("adapter:\n  batch: 8\n  learning-rat: 1e-3\n")
                == "probe.yaml, line 9: adapter.learning-rat is not a known setting; did you mean learning-rate?")
        #expect(refusal("sede: 3\n") == "probe.yaml, line 7: sede is not a known setting; did you mean seeds?")
        #expect(
            refusal("ablation: {zzzzzzzz: 1}\n")
                == "probe.yaml, line 7: ablation.zzzzzzzz is not a known setting; known are encoders, prefix-tokens, "
                + "guidance"
        )
    }

    static let bad: [(String, String)] = [
        (
            "adapter:\n  learning-rate: -1e-3",
            "line 8: adapter.learning-rate is \"-1e-3\", but must be from 1e-12 to 1000"
        ),
        ("adapter: {learning-rate: fast}", "line 7: adapter.learning-rate must be a number, not \"fast\""),
        ("adapter: {learning-rate: .nan}", "line 7: adapter.learning-rate must be a number, not \".nan\""),
        ("adapter: {batch: 1.5}", "line 7: adapter.batch must be a whole number, not \"1.5\""),
        ("adapter: {batch: '8'}", "line 7: adapter.batch must be a whole number, not \"8\""),
        ("adapter: {betas: [0.9]}", "line 7: adapter.betas is [0.9], but must be two numbers, each from 0 to 0.99999"),
        ("adapter: 3", "line 7: adapter must be a group of keys, not \"3\""),
        ("sampling: {captions: 0}", "line 7: sampling.captions is \"0\", but must be from 1 to 100000000"),
        ("sampling: {greedy: perhaps}", "line 7: sampling.greedy must be true or false, not \"perhaps\""),
        ("sampling: {top-p: 0}", "line 7: sampling.top-p is \"0\", but must be from 1e-06 to 1"),
        (
            "adapter: {silent-rate: 0.2}",
            "line 7: adapter.silent-rate is of the second round that adapter.precondition brings, which is false"
        ),
        ("data: {test-skip: 5}", "line 7: data.test-skip needs data.test, which is not given"),
        (
            "data: {test: 5, test-skip: 5, folder: faces}",
            "line 7: data.test-skip is of the drawn world, which has portraits without end; lists name their own"
        ),
        ("precision: f16", "line 7: precision must be one of auto, f32, bf16, reproducible, not \"f16\""),
        (
            "seeds: [1, 1]",
            "line 7: seeds is [1, 1], but must be a list with at least one entry, none twice, each 0 or more"
        ),
        (
            "seeds: 3",
            "line 7: seeds must be a list of whole numbers, or a range such as 1..20, not \"3\""
        ),
        (
            "seeds: 20..1",
            "line 7: seeds must be a list of whole numbers, or a range such as 1..20, not \"20..1\""
        ),
        ("threads: 0", "line 7: threads is \"0\", but must be from 1 to 1024"),
        ("threads: many", "line 7: threads must be a whole number or null, not \"many\""),
        (
            "name: ../up",
            "line 7: name is \"../up\", but must be a name of letters, digits, '-', '_', '.' and '@', of at most 100 "
                + "bytes, that does not begin with '.'"
        ),
        (
            "adapter: {dropout: 0.99999999999}",
            "line 7: adapter.dropout is \"0.99999999999\", but must be from 0 to 0.99"
        ),
        (
            "adapter: {betas: [0.9, 0.9999999999]}",
            "line 7: adapter.betas is [0.9, 0.9999999999], but must be two numbers, each from 0 to 0.99999"
        ),
        (
            "adapter: {epochs: 9223372036854775807}",
            "line 7: adapter.epochs is \"9223372036854775807\", but must be from 1 to 100000"
        ),
        (
            "adapter: {steps: 99999999999999999999}",
            "line 7: adapter.steps must be a whole number or null, not \"99999999999999999999\""
        ),
        (
            "adapter: {prefix-tokens: 1000000000}",
            "line 7: adapter.prefix-tokens is \"1000000000\", but must be from 1 to 1024"
        ),
        (
            "sampling: {temperature: 1e-300}",
            "line 7: sampling.temperature is \"1e-300\", but must be from 0.001 to 1000"
        ),
        ("sampling: {guidance: 1e39}", "line 7: sampling.guidance is \"1e39\", but must be from 0 to 1000"),
        (
            "sampling: {images-per-caption: 9223372036854775807}",
            "line 7: sampling.images-per-caption is \"9223372036854775807\", but must be from 1 to 1000"
        ),
        (
            "data: {train: 9223372036854775807}",
            "line 7: data.train is \"9223372036854775807\", but must be from 1 to 10000000"
        ),
        ("limit: 0", "line 7: limit is \"0\", but must be from 1 to 1000000000"),
        ("data: {train-list: x}", "line 7: data.train-list needs data.folder, which is not given"),
    ]

    @Test("values that cannot be are refused by key and line", arguments: bad)
    func badValues(_ line: String, _ sentence: String) {
        #expect(refusal(line + "\n") == "probe.yaml, " + sentence)
    }

    @Test("seeds as people write them, written back one by one")
    func seeds() throws {
        for (written, seeds) in [
            ("1..4", [1, 2, 3, 4]), ("[1..3, 7]", [1, 2, 3, 7]), ("1, 2,5..6", [1, 2, 5, 6]), ("[4]", [4]),
        ] {
            let settings = try read(set: ["seeds=\(written)"])
            #expect(settings.seeds == seeds)
            #expect(try settings.yaml.contains("seeds: \(seeds)"))
        }
        for wrong in ["1..", "..3", "1..99999999999", "1...3", "[1..3, 2]", "[a]", "-3..-1", "[[1]]", "[\"1\"]"] {
            #expect(refusal(set: ["seeds=\(wrong)"])?.contains("seeds ") == true, "\(wrong)")
        }
    }

    @Test("overrides replace, reach into lists, and are checked like the file")
    func overrides() throws {
        let settings = try read(
            set: ["adapter.learning-rate=1e-4", "seeds=[7]", "encoders.0.pooling=cls", "threads=2", "threads=null"])
        #expect(settings.adapter.learningRate == 1e-4 && settings.seeds == [7])
        #expect(settings.encoders[0].pooling == .cls && settings.threads == nil)
        #expect(
            refusal(set: ["adapter.bach=1"])?.hasSuffix("adapter.bach is not a known setting; did you mean batch?")
                == true)
        #expect(
            refusal(set: ["adapter.batch=0"])?.hasSuffix("adapter.batch is \"0\", but must be from 1 to 65536") == true)
        #expect(refusal(set: ["adapter.batch"])?.contains("write KEY=VALUE") == true)
        #expect(refusal(set: ["encoders.5.name=x"])?.contains("5 is no entry of a list of 2") == true)
        #expect(refusal(set: ["adapter.batch="])?.hasSuffix("must be a whole number, not nothing") == true)
    }

    @Test(
        "no encoder has the name of a file of the run itself, or one too long for a file",
        arguments: [
            "report.json", "scores.csv", "features", "REAL", "text.html", "settings.yaml", "inputs.tsv",
            String(repeating: "x", count: 101),
        ])
    func takenNames(_ name: String) {
        let sentence = refusal(set: ["encoders.0.name=\(name)"])
        #expect(sentence?.contains("encoders.0.name is \"\(name)\"") == true, "\(sentence ?? "")")
    }

    @Test("the third page is of encoders that are there and can be trained")
    func thirdPage() throws {
        #expect(try read("glue-study: [bert]").glueStudy == ["bert"] && read().glueStudy.isEmpty)
        for (line, word) in [
            ("glue-study: [noise]", "glue-study names \"noise\", which is no model and cannot be trained"),
            ("glue-study: [berd]", "glue-study names \"berd\", which is not among the encoders; did you mean bert?"),
            ("glue-study: [bert, bert]", "glue-study names \"bert\" twice; name every encoder once"),
            ("glue-study: [bert]\ndata: {folder: faces}", "see synesthesia study glue"),
        ] {
            #expect(refusal(line)?.hasSuffix(word) == true, "\(line): \(refusal(line) ?? "")")
        }
    }

    @Test("what must be there is asked for")
    func required() {
        func complaint(_ yaml: String) -> String? {
            #expect(throws: UserError.self) { try ProbeSettings(yaml: yaml, source: "p") }?.description
        }
        #expect(complaint("") == "p: decoder is missing; name a model's folder")
        #expect(complaint("- 1\n") == "p, line 1: the file must be a group of keys, not [1]")
        #expect(
            complaint("encoders: [{name: a}]")?.hasSuffix("encoders.0.path is missing; name the encoder's folder")
                == true)
        #expect(
            refusal("ablation: {encoders: [brt]}\n")?.hasSuffix("not among the encoders; did you mean bert?") == true)
        #expect(
            complaint(Self.least.replacing("noise", with: "bert"))?.contains("every encoder needs its own name") == true
        )
    }

    @Test("text that is no YAML is refused by line")
    func noYAML() {
        #expect(refusal("adapter: [1, 2\n")?.hasPrefix("probe.yaml: not readable as YAML: line ") == true)
        #expect(refusal("decoder: b\n")?.contains("given twice") == true)
    }

    @Test("a missing file is missing input")
    func missing() {
        let complaint = #expect(throws: UserError.self) { try ProbeSettings(file: "/no/such.yaml") }
        #expect(complaint?.kind == .missing)
    }
}
