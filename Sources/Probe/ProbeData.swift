import Foundation
import SynFiles
import SynImages
import SynPortraits
import SynRuns
import SynTensors

/// One picture of the probe and its captions.
package struct ProbeSample: Sendable, Equatable {
    /// The portrait's number: its index in the drawn world, or the number in its file's name.
    package let number: Int
    package let captions: [String]

    static func hash(_ samples: [ProbeSample]) -> String {
        var hash = ContentHash()
        for sample in samples {
            hash.add(part: "\(sample.number) \(sample.captions.count)")
            for caption in sample.captions { hash.add(part: caption) }
        }
        return hash.hexadecimal
    }
}

/// What a portrait is for: learning from, choosing rate and checkpoint by, or scoring.
enum ProbeSplit: String, Sendable { case training, validation, test }

/// The pictures and captions of a probe: the drawn world, a folder in Multi-Modal CelebA-HQ's layout, or a table's.
package struct ProbeData: Sendable {
    package let name: String
    package let training: [ProbeSample]
    package let validation: [ProbeSample]
    /// Empty where the validation portraits are scored, too.
    package let test: [ProbeSample]
    /// Which of the scored portraits' captions may be drawn, a list for each of them.
    let drawable: [[Int]]
    /// How many of the scored portraits' captions are not drawn because training has them; nil where nobody asked.
    package let seen: SeenCaptions.Count?
    /// Equal for equal data; part of the key of everything cached.
    package let identity: String
    /// Everything that the data consists of, for a run to remember.
    let inputs: [RunInputs.Item]
    /// What is odd about the data but does no harm; nil where nothing is.
    package let remark: String?
    /// Which picture of a table is on which side, as CSV; nil for other data, whose own lists say it.
    package let split: String?
    private let load: @Sendable (Int) throws -> Image

    package init(_ settings: DataSettings) throws {
        if settings.isDrawnWorld {
            try MemoryNeed.captions(settings).check()
            self.init(
                world: PortraitWorld(), training: settings.train, validation: settings.validation,
                test: settings.test, skipping: settings.testSkip, unseenOnly: settings.unseenOnly)
        } else {
            try self.init(settings, named: settings.table ?? settings.folder ?? "")
        }
    }

    /// The drawn world's first portraits of each split.
    ///
    /// Portraits of the test are those that follow the validation's, after so many that are left out.
    package init(
        world: PortraitWorld, training: Int, validation: Int, test: Int? = nil, skipping: Int = 0,
        unseenOnly: Bool = false
    ) {
        func samples(_ count: Int, _ split: PortraitWorld.Split, after first: Int = 0) -> [ProbeSample] {
            (first..<first + count).map { place in
                let index = PortraitWorld.index(of: place, in: split)
                return ProbeSample(number: index, captions: world.portrait(at: index).captions)
            }
        }
        remark = nil
        split = nil
        name = "the drawn world"
        self.training = samples(training, .training)
        self.validation = samples(validation, .validation)
        self.test = samples(test ?? 0, .validation, after: validation + skipping)
        let scored = self.test.isEmpty ? self.validation : self.test
        (drawable, seen) = SeenCaptions.drawable(of: scored, unseenOnly ? self.training : nil)
        identity =
            "world \(world.seed) \(training) \(validation)" + (test.map { " \($0)" } ?? "")
            + (skipping > 0 ? " after \(skipping)" : "")
        let named = [("training", self.training), ("validation", self.validation), ("test", self.test)]
        inputs = named.filter { !$1.isEmpty }.map { name, samples in
            RunInputs.Item(
                owner: "data", name: "captions for \(name)", source: .content(hash: ProbeSample.hash(samples)))
        }
        // Drawn large enough for any decoder in sight; the caller resizes.
        load = { index in world.portrait(at: index).image(size: 64) }
    }

    private init(_ settings: DataSettings, named name: String) throws {
        let dataset = try CaptionDataset(settings)
        func samples(_ portraits: [CaptionDataset.Portrait]) -> [ProbeSample] {
            portraits.map { ProbeSample(number: $0.number, captions: $0.captions) }
        }
        remark = dataset.remark
        self.name = name
        split = dataset.splitTable
        training = samples(dataset.train)
        let held = samples(dataset.validation)
        if let test = settings.test, held.count <= test {
            throw UserError(
                .settings,
                "data.test is \(test), but there are only \(held.count) portraits for validation and test together; "
                    + "give fewer, so that some are left to choose the checkpoint by")
        }
        validation = settings.test.map { held.dropLast($0) } ?? held
        test = settings.test.map { held.suffix($0) } ?? []
        (drawable, seen) = SeenCaptions.drawable(
            of: test.isEmpty ? validation : test, settings.unseenOnly ? training : nil)
        // Of pictures only number and size: the run's folder holds hashes of their content and refuses other ones.
        var hash = ContentHash()
        var inputs: [RunInputs.Item] = []
        for portrait in dataset.train + dataset.validation {
            let captions = ProbeSample(number: portrait.number, captions: portrait.captions)
            inputs.append(.init(owner: "data", name: "picture \(portrait.number)", source: .file(portrait.image)))
            inputs.append(
                .init(
                    owner: "data", name: "captions \(portrait.number)",
                    source: .content(hash: ProbeSample.hash([captions]))))
            hash.add(part: "\(portrait.number) \(FileStamp(portrait.image)?.size ?? 0)")
            for caption in portrait.captions { hash.add(part: caption) }
        }
        inputs.append(
            .init(
                owner: "data", name: "the lists' order",
                source: .content(hash: ProbeSample.hash(training + held))))
        self.inputs = inputs
        identity = "folder \(hash.hexadecimal)"
        let files = Dictionary(
            (dataset.train + dataset.validation).map { ($0.number, $0.image) }, uniquingKeysWith: { first, _ in first })
        load = { number in
            guard let file = files[number] else { throw UserError(.missing, "picture \(number) is not listed") }
            return try Image(contentsOf: file)
        }
    }

    /// The portraits whose captions are drawn and scored.
    package var scored: [ProbeSample] { test.isEmpty ? validation : test }
    var scoredSplit: ProbeSplit { test.isEmpty ? .validation : .test }
    var splits: [ProbeSplit] { [.training, .validation] + (test.isEmpty ? [] : [.test]) }
    var all: [ProbeSample] { training + validation + test }

    func samples(_ split: ProbeSplit) -> [ProbeSample] {
        switch split {
        case .training: training
        case .validation: validation
        case .test: test
        }
    }

    /// A sample's picture as it is stored or drawn.
    package func image(_ sample: ProbeSample) throws -> Image { try load(sample.number) }

    /// The captions to draw, `count` of them: one of every scored portrait, then a second of each, and so on.
    ///
    /// Which of a picture's captions comes first differs from picture to picture.
    package func generationCaptions(_ count: Int?) -> [GenerationCaption] {
        let rounds = drawable.map(\.count).max() ?? 0
        let total = drawable.reduce(0) { $0 + $1.count }
        var chosen: [GenerationCaption] = []
        for round in 0..<rounds {
            for (place, captions) in drawable.enumerated() where round < captions.count {
                if chosen.count == count ?? total { return chosen }
                chosen.append(GenerationCaption(sample: place, caption: captions[(place + round) % captions.count]))
            }
        }
        return chosen
    }
}

/// Caption number `caption` of scored portrait number `sample`.
package struct GenerationCaption: Sendable, Hashable {
    package let sample: Int
    package let caption: Int
}
