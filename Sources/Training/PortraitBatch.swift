import SynImages
import SynPortraits
import SynTensors

/// Where each training takes its portraits: indices far from those of the probe and from each other, so that
/// no model has ever seen a face it is tested with.
package enum PortraitRange: Int, Sendable {
    /// The probe's own portraits start at 0.
    case probe = 0
    /// Measuring quality.
    case heldOut = 100_000_000
    case vqgan = 200_000_000
    case transformer = 300_000_000
    case bertMini = 400_000_000
    case bertSmall = 450_000_000
    case clipMini = 500_000_000
    case clipSmall = 550_000_000
    case clipJudge = 600_000_000
    case inception = 700_000_000
    case attributes = 800_000_000

    /// The portrait numbers of one training step; no number comes twice in a run.
    func indices(step: Int, batch: Int) -> Range<Int> { rawValue + step * batch..<rawValue + (step + 1) * batch }
}

/// Portraits drawn for a training step, on all threads.
struct PortraitBatch {
    let portraits: [Portrait]
    let images: [Image]

    init(_ world: PortraitWorld, _ indices: Range<Int>, size: Int) {
        let portraits = indices.map { world.portrait(at: $0) }
        var images = [Image?](repeating: nil, count: portraits.count)
        images.withUnsafeMutableBufferPointer { images in
            guard let places = images.baseAddress else { return }
            parallel(portraits.count, grain: 1) { range in
                for i in range { places[i] = portraits[i].image(size: size) }
            }
        }
        self.portraits = portraits
        self.images = images.compactMap { $0 }
    }

    /// [batch, size, size, 3] in −1...1.
    func signed() throws -> Tensor { try Tensor(images, range: .signed) }

    /// One of each portrait's ten captions.
    func captions(choosing stream: inout RandomStream) -> [String] {
        portraits.map { portrait in
            let captions = portrait.captions
            return captions[stream.below(captions.count)]
        }
    }
}
