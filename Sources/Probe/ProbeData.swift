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

/// The pictures and captions of a probe: the drawn world, a folder in Multi-Modal CelebA-HQ's layout, or a table's.
package struct ProbeData: Sendable {
    package let name: String
    package let training: [ProbeSample]
    package let validation: [ProbeSample]
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
            self.init(world: PortraitWorld(), training: settings.train, validation: settings.validation)
        } else {
            try self.init(settings, named: settings.table ?? settings.folder ?? "")
        }
    }

    /// The drawn world's first portraits of each split.
    package init(world: PortraitWorld, training: Int, validation: Int) {
        func samples(_ count: Int, _ split: PortraitWorld.Split) -> [ProbeSample] {
            (0..<count).map { place in
                let index = PortraitWorld.index(of: place, in: split)
                return ProbeSample(number: index, captions: world.portrait(at: index).captions)
            }
        }
        remark = nil
        split = nil
        name = "the drawn world"
        self.training = samples(training, .training)
        self.validation = samples(validation, .validation)
        identity = "world \(world.seed) \(training) \(validation)"
        inputs = [("training", self.training), ("validation", self.validation)].map { name, samples in
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
        validation = samples(dataset.validation)
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
                source: .content(hash: ProbeSample.hash(training + validation))))
        self.inputs = inputs
        identity = "folder \(hash.hexadecimal)"
        let files = Dictionary(
            (dataset.train + dataset.validation).map { ($0.number, $0.image) }, uniquingKeysWith: { first, _ in first })
        load = { number in
            guard let file = files[number] else { throw UserError(.missing, "picture \(number) is not listed") }
            return try Image(contentsOf: file)
        }
    }

    /// A sample's picture as it is stored or drawn.
    package func image(_ sample: ProbeSample) throws -> Image { try load(sample.number) }

    /// The captions to draw, `count` of them: one of every validation picture, then a second of each, and so on.
    ///
    /// Which of a picture's captions comes first differs from picture to picture.
    package func generationCaptions(_ count: Int?) -> [GenerationCaption] {
        let rounds = validation.map(\.captions.count).max() ?? 0
        let total = validation.reduce(0) { $0 + $1.captions.count }
        var chosen: [GenerationCaption] = []
        for round in 0..<rounds {
            for (place, sample) in validation.enumerated() where round < sample.captions.count {
                if chosen.count == count ?? total { return chosen }
                let number = (place + round) % sample.captions.count
                chosen.append(GenerationCaption(sample: place, caption: number))
            }
        }
        return chosen
    }
}

/// Caption number `caption` of validation picture `sample`.
package struct GenerationCaption: Sendable, Hashable {
    package let sample: Int
    package let caption: Int
}
