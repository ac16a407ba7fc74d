import SynImages
import SynPortraits
import SynTensors

/// Where portraits are taken from: each training and the held-out ones have their own, far from those of the probe and
/// from each other, so that no model has ever seen a face it is tested with.
package struct PortraitRange: Sendable, Equatable {
    package let first: Int

    /// The probe's own portraits.
    package static let probe = PortraitRange(first: 0)
    /// Evaluating trained models.
    package static let heldOut = PortraitRange(first: 100_000_000)
    /// The experiments on the gap.
    package static let experiments = PortraitRange(first: 200_000_000)

    /// The portrait numbers of one training step; no number comes twice in a run.
    package func indices(step: Int, batch: Int) -> Range<Int> { first + step * batch..<first + (step + 1) * batch }
}

/// Portraits drawn for training, on all threads.
package struct PortraitBatch {
    let portraits: [Portrait]
    package let images: [Image]

    package init(_ world: PortraitWorld, _ indices: Range<Int>, size: Int) {
        let portraits = indices.map { world.portrait(at: $0) }
        self.portraits = portraits
        images = parallelMap(portraits.count) { portraits[$0].image(size: size) }
    }

    /// [batch, size, size, 3] in −1...1.
    func signed() throws -> Tensor { try Tensor(images, range: .signed) }

    /// Each portrait's ten captions.
    package var captions: [[String]] { portraits.map(\.captions) }

    /// One of each portrait's.
    func captions(choosing stream: inout RandomStream) -> [String] {
        captions.map { $0[stream.below($0.count)] }
    }
}
