import Experiments
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
        let complaint = #expect(throws: Complaint.self) { try read(more, set: overrides) }
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
        for key in ["weight-decay: 0", "top-k: 250", "images-per-caption: 1", "threads: null", "guidance: [0.30000000000000004, 3]"] {
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
                == "probe.yaml, line 7: ablation.zzzzzzzz is not a known setting; known are encoders, prefix-tokens, guidance")
    }

    static let bad: [(String, String)] = [
        ("adapter:\n  learning-rate: -1e-3", "line 8: adapter.learning-rate is \"-1e-3\", but must be greater than 0"),
        ("adapter: {learning-rate: fast}", "line 7: adapter.learning-rate must be a number, not \"fast\""),
        ("adapter: {learning-rate: .nan}", "line 7: adapter.learning-rate must be a number, not \".nan\""),
        ("adapter: {batch: 1.5}", "line 7: adapter.batch must be a whole number, not \"1.5\""),
        ("adapter: {batch: '8'}", "line 7: adapter.batch must be a whole number, not \"8\""),
        ("adapter: {betas: [0.9]}", "line 7: adapter.betas is [0.9], but must be two numbers, each at least 0 and less than 1"),
        ("adapter: 3", "line 7: adapter must be a group of keys, not \"3\""),
        ("sampling: {captions: 0}", "line 7: sampling.captions is \"0\", but must be at least 1"),
        ("sampling: {greedy: perhaps}", "line 7: sampling.greedy must be true or false, not \"perhaps\""),
        ("sampling: {top-p: 0}", "line 7: sampling.top-p is \"0\", but must be greater than 0 and at most 1"),
        ("precision: f16", "line 7: precision must be one of auto, f32, bf16, not \"f16\""),
        ("seeds: [1, 1]", "line 7: seeds is [1, 1], but must be a list with at least one entry, none twice, each at least 0"),
        ("threads: 0", "line 7: threads is \"0\", but must be at least 1"),
        ("threads: many", "line 7: threads must be a whole number or null, not \"many\""),
        ("name: ../up", "line 7: name is \"../up\", but must be a name of letters, digits, '-', '_', '.' and '@' that does not begin with '.'"),
        ("data: {train-list: x}", "line 7: data.train-list needs data.folder, which is not given"),
    ]

    @Test("values that cannot be are refused by key and line", arguments: bad)
    func badValues(_ line: String, _ sentence: String) {
        #expect(refusal(line + "\n") == "probe.yaml, " + sentence)
    }

    @Test("overrides replace, reach into lists, and are checked like the file")
    func overrides() throws {
        let settings = try read(
            set: ["adapter.learning-rate=1e-4", "seeds=[7]", "encoders.0.pooling=cls", "threads=2", "threads=null"])
        #expect(settings.adapter.learningRate == 1e-4 && settings.seeds == [7])
        #expect(settings.encoders[0].pooling == .cls && settings.threads == nil)
        #expect(refusal(set: ["adapter.bach=1"])?.hasSuffix("adapter.bach is not a known setting; did you mean batch?") == true)
        #expect(refusal(set: ["adapter.batch=0"])?.hasSuffix("adapter.batch is \"0\", but must be at least 1") == true)
        #expect(refusal(set: ["adapter.batch"])?.contains("write KEY=VALUE") == true)
        #expect(refusal(set: ["encoders.5.name=x"])?.contains("5 is no entry of a list of 2") == true)
        #expect(refusal(set: ["adapter.batch="])?.hasSuffix("must be a whole number, not nothing") == true)
    }

    @Test("what must be there is asked for")
    func required() {
        func complaint(_ yaml: String) -> String? {
            #expect(throws: Complaint.self) { try ProbeSettings(yaml: yaml, source: "p") }?.description
        }
        #expect(complaint("") == "p: decoder is missing; name a model's folder")
        #expect(complaint("- 1\n") == "p, line 1: the file must be a group of keys, not [1]")
        #expect(complaint("encoders: [{name: a}]")?.hasSuffix("encoders.0.path is missing; name the encoder's folder") == true)
        #expect(refusal("ablation: {encoders: [brt]}\n")?.hasSuffix("not among the encoders; did you mean bert?") == true)
        #expect(complaint(Self.least.replacing("noise", with: "bert"))?.contains("every encoder needs its own name") == true)
    }

    @Test("text that is no YAML is refused by line")
    func noYAML() {
        #expect(refusal("adapter: [1, 2\n")?.hasPrefix("probe.yaml: not readable as YAML: line ") == true)
        #expect(refusal("decoder: b\n")?.contains("given twice") == true)
    }

    @Test("a missing file is missing input")
    func missing() {
        let complaint = #expect(throws: Complaint.self) { try ProbeSettings(file: "/no/such.yaml") }
        #expect(complaint?.kind == .missing)
    }
}
