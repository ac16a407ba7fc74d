import Foundation
import SynFiles
import SynLatentSpace
import SynTensors
import TestSupport

/// The real matrices behind the article, where they are at hand.
enum Amumo {
    static let isHere = Fixture.sharedData("amumo") != nil
    static let sets = ["MSCOCO-Val_size-100", "DiffusionDB_size-100"]
    static let models = ["CLIP", "CyCLIP", "CLOOB", "CLOOB_LAION400M"]

    struct Absent: Error {}

    static func unpacked(_ bytes: [UInt8]) throws -> [UInt8] { try Inflate.gzip(bytes) }

    static func url(_ path: String) throws -> URL {
        guard let url = Fixture.sharedData("amumo/" + path) else { throw Absent() }
        return url
    }

    static func matrix(_ set: String, _ model: String) throws -> SimilarityMatrix {
        try SimilarityMatrix(path: url("\(set)/\(model)_gram_upper.txt.gz").path)
    }

    static func pairs(_ set: String, _ model: String) throws -> PairedVectors { try matrix(set, model).pairs() }

    /// The scale that the published losses were computed with.
    static func scale(_ model: String) -> Double {
        ["CLIP": 100, "CyCLIP": 100.003, "CLOOB": 30][model] ?? exp(3.4012)
    }

    /// Distance and loss as published, by data set and model.
    static func published() throws -> [String: (distance: Double, loss: Double)] {
        let text = try String(contentsOf: url("gap_and_loss.tsv"), encoding: .utf8)
        return text.split(separator: "\n").dropFirst().reduce(into: [:]) { all, line in
            let fields = line.split(separator: "\t")
            if let distance = Double(fields[2]), let loss = Double(fields[3]) {
                all["\(fields[0])/\(fields[1])"] = (distance, loss)
            }
        }
    }
}
