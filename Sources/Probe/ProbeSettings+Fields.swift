import SynEmbedding
import SynFiles
import SynMetrics
import SynModels
import SynRuns

extension ProbeSettings: SettingsGroup {
    package mutating func fields(_ form: inout SettingsForm) throws {
        try form.field("name", &name, .folderName)
        var list = SeedList(seeds)
        try form.field("seeds", &list, .seeds)
        seeds = list.numbers
        try form.field("decoder", &decoder)
        try form.groups("encoders", &encoders)
        try form.group("data", &data)
        try form.group("adapter", &adapter)
        try form.group("sampling", &sampling)
        try form.group("scores", &scores)
        try form.group("ablation", &ablation)
        try form.field("text-study", &textStudy)
        try form.field("glue-study", &glueStudy)
        try form.field("output", &output)
        try form.field("precision", &precision)
        try form.field("device", &device)
        try form.field("threads", &threads, .within(.threads))
        try form.field("limit", &limit, .within(.limit))
    }

    /// What no single group can see.
    func check(_ source: String) throws {
        func refuse(_ sentence: String) -> UserError { UserError(.settings, "\(source): \(sentence)") }
        for (key, path) in [("decoder", decoder), ("scores.clip", scores.clip), ("scores.inception", scores.inception)]
        where path.isEmpty {
            throw refuse("\(key) is missing; name a model's folder")
        }
        if scores.primary == .secondClip, scores.secondClip == nil {
            throw refuse("scores.primary is second-clip, but scores.second-clip names no model")
        }
        if scores.primary == .attributes, scores.attributes == nil {
            throw refuse("scores.primary is attributes, but scores.attributes names no reader")
        }
        if device != .cpu, sampling.weights == .int8 {
            throw refuse(
                "sampling.weights int8 is drawn with on the CPU only; take full with device \(device.rawValue)")
        }
        guard !encoders.isEmpty else { throw refuse("encoders is missing; list at least one encoder") }
        for (key, command, isWanted) in [
            ("text-study", "text", textStudy), ("glue-study", "glue", !glueStudy.isEmpty),
        ] where isWanted && !data.isDrawnWorld {
            throw refuse(
                "\(key) is of the drawn world's captions, but data.\(data.table == nil ? "folder" : "table") is "
                    + "given; see synesthesia study \(command)"
            )
        }
        let names = encoders.map(\.name)
        for (index, name) in names.enumerated() where ProbeFolder.isOwn(name) {
            throw refuse(
                "encoders.\(index).name is \"\(name)\", as a file or folder of the run itself; give the encoder "
                    + "another name"
            )
        }
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            throw refuse("encoders.\(index).name is \"\(name)\", as an earlier one; every encoder needs its own name")
        }
        for name in ablation.encoders where encoders.contains(where: { $0.name == name && $0.style == .noCaption }) {
            throw refuse("ablation.encoders names \"\(name)\", which has no prefix to be made stronger")
        }
        for (index, name) in glueStudy.enumerated() where glueStudy[..<index].contains(name) {
            throw refuse("glue-study names \"\(name)\" twice; name every encoder once")
        }
        for name in glueStudy where encoders.contains(where: { $0.name == name && $0.path == nil }) {
            throw refuse("glue-study names \"\(name)\", which is no model and cannot be trained")
        }
        for (key, chosen) in [("ablation.encoders", ablation.encoders), ("glue-study", glueStudy)] {
            for name in chosen where !names.contains(name) {
                let nearest = NearestNames.nearest(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
                throw refuse("\(key) names \"\(name)\", which is not among the encoders\(nearest)")
            }
        }
    }
}

extension EncoderSettings: SettingsGroup {
    package mutating func fields(_ form: inout SettingsForm) throws {
        try form.field("name", &name, .folderName)
        try form.field("style", &style)
        try form.field("path", &path)
        try form.field("pooling", &pooling)
        try form.field("activation", &activation)
        try form.field("size", &size, .within(.vectorSize))
        guard form.isReading else { return }
        if name.isEmpty { throw form.complaint("is missing; every encoder needs a name", "name") }
        switch style {
        case .random:
            if path != nil { throw form.complaint("must not be given for the random baseline", "path") }
            if activation != nil { throw form.complaint("is only for a CLIP", "activation") }
            if size == nil { size = 512 }
        case .noCaption:
            for (key, isGiven) in [("path", path != nil), ("activation", activation != nil), ("size", size != nil)]
            where isGiven {
                throw form.complaint("must not be given where there is no caption", key)
            }
        case .bert, .clip:
            if path == nil { throw form.complaint("is missing; name the encoder's folder", "path") }
            if size != nil { throw form.complaint("is only for the random baseline", "size") }
        }
    }
}

extension DataSettings: SettingsGroup {
    package mutating func fields(_ form: inout SettingsForm) throws {
        try form.field("folder", &folder)
        try form.field("table", &table)
        try form.field("images", &images)
        try form.field("validation-share", &validationShare, .openFraction)
        try form.field("split-seed", &splitSeed, .within(.seed))
        try form.field("train-list", &trainList)
        try form.field("validation-list", &validationList)
        try form.field("train", &train, .within(.pictures))
        try form.field("validation", &validation, .within(.pictures))
        try form.field("test", &test, .within(.pictures))
        try form.field("test-skip", &testSkip, .within(.picturesLeftOut))
        try form.field("unseen-only", &unseenOnly)
        guard form.isReading else { return }
        if testSkip > 0, test == nil { throw form.complaint("needs data.test, which is not given", "test-skip") }
        if table != nil, folder != nil {
            throw form.complaint("and data.folder contradict each other; give one", "table")
        }
        if images != nil, table == nil { throw form.complaint("needs data.table, which is not given", "images") }
        if testSkip > 0, !isDrawnWorld {
            throw form.complaint(
                "is of the drawn world, which has portraits without end; lists name their own", "test-skip")
        }
        guard folder == nil else { return }
        if trainList != nil { throw form.complaint("needs data.folder, which is not given", "train-list") }
        if validationList != nil { throw form.complaint("needs data.folder, which is not given", "validation-list") }
    }
}

extension AdapterSettings: SettingsGroup {
    package mutating func fields(_ form: inout SettingsForm) throws {
        try form.field("prefix-tokens", &prefixTokens, .within(.prefixTokens))
        try form.field("dropout", &dropout, .within(.dropout))
        try form.field("learning-rate", &learningRate, .within(.learningRate))
        try form.field("learning-rates", &learningRates, .learningRates)
        try form.field("rate-steps", &rateSteps, .within(.steps))
        try form.field("betas", &betas, .momentumPair)
        try form.field("weight-decay", &weightDecay, .within(.weightDecay))
        try form.field("batch", &batch, .within(.batch))
        try form.field("micro-batch", &microBatch, .within(.batch))
        try form.field("epochs", &epochs, .within(.epochs))
        try form.field("steps", &steps, .within(.steps))
        try form.field("patience", &patience, .within(.patience))
        try form.field("threshold", &threshold, .within(.threshold))
        try form.field("standardize", &standardize)
        try form.field("vector-length", &vectorLength, .vectorLength)
        try form.field("initial", &initial)
        try form.field("silent-steps", &silentSteps, .within(.steps))
        try form.field("silent-rate", &silentRate, .within(.learningRate))
        try form.field("precondition", &precondition)
        try form.field("schedule", &schedule)
        guard form.isReading else { return }
        if precondition, initial != .silent {
            throw form.complaint("needs adapter.initial to be silent, where the units are measured", "precondition")
        }
        if silentRate != AdapterSettings().silentRate, !precondition {
            throw form.complaint(
                "is of the second round that adapter.precondition brings, which is false", "silent-rate")
        }
        if vectorLength != 1, !standardize, !precondition {
            throw form.complaint("needs adapter.standardize or adapter.precondition, which are false", "vector-length")
        }
    }
}

extension SamplingSettings: SettingsGroup {
    package mutating func fields(_ form: inout SettingsForm) throws {
        try form.field("top-k", &topK, .within(.topK))
        try form.field("top-p", &topP, .within(.topP))
        try form.field("temperature", &temperature, .within(.temperature))
        try form.field("greedy", &greedy)
        try form.field("guidance", &guidance, .within(.guidance))
        try form.field("batch", &batch, .within(.batch))
        try form.field("weights", &weights)
        try form.field("captions", &captions, .within(.captions))
        try form.field("images-per-caption", &imagesPerCaption, .within(.imagesPerCaption))
        try form.field("format", &format)
    }
}

extension ScoreSettings: SettingsGroup {
    package mutating func fields(_ form: inout SettingsForm) throws {
        try form.field("clip", &clip)
        try form.field("activation", &activation)
        try form.field("second-clip", &secondClip)
        try form.field("inception", &inception)
        try form.field("splits", &splits, .within(.splits))
        try form.field("drop-last", &dropLast, .within(.batch))
        form.retired("inception-input")
        try form.field("attributes", &attributes)
        try form.field("primary", &primary)
        try form.field("precision", &precision)
    }
}

extension AblationSettings: SettingsGroup {
    package mutating func fields(_ form: inout SettingsForm) throws {
        try form.field("encoders", &encoders)
        try form.field("prefix-tokens", &prefixTokens, .distinct(.within(.prefixTokens)))
        try form.field("guidance", &guidance, .distinct(.within(.guidance)))
    }
}

extension DeviceSetting: SettingsChoice {}
extension PrimaryOutcome: SettingsChoice {}
extension EncoderSettings.Style: SettingsChoice {}
extension Pooling: SettingsChoice {}
extension CLIPActivation: SettingsChoice {}
extension AdapterSettings.Initial: SettingsChoice {}
extension AdapterSettings.Schedule: SettingsChoice {}
extension SamplingSettings.Format: SettingsChoice {}
extension SamplingSettings.Weights: SettingsChoice {}

extension SettingsRule where Value == String {
    /// Names become folders of the run, and parts of file names.
    static var folderName: Self {
        Self(
            sentence:
                "a name of letters, digits, '-', '_', '.' and '@', of at most 100 bytes, that does not begin with '.'"
        ) { name in
            !name.hasPrefix(".") && name.utf8.count <= 100
                && name.unicodeScalars.allSatisfy {
                    $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_.@".unicodeScalars.contains($0)
                }
        }
    }
}

extension SettingsRule where Value == Double {
    static var vectorLength: Self { Self(sentence: "above 0 and at most 1000") { $0 > 0 && $0 <= 1000 } }
    static var openFraction: Self { Self(sentence: "above 0 and below 1") { $0 > 0 && $0 < 1 } }
}

extension SettingsRule where Value == [Double] {
    static var learningRates: Self {
        Self(sentence: "an empty list, or two or more different rates, each \(NumberRange.learningRate.sentence)") {
            $0.count != 1 && Set($0).count == $0.count && $0.allSatisfy(NumberRange.learningRate.allows)
        }
    }

    static var momentumPair: Self {
        Self(sentence: "two numbers, each \(NumberRange.momentum.sentence)") {
            $0.count == 2 && $0.allSatisfy(NumberRange.momentum.allows)
        }
    }
}
