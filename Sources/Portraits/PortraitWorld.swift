/// The miniature world: endlessly many drawn portraits, each a pure function of a seed and its index.
///
///     let world = PortraitWorld()
///     let portrait = world.portrait(at: 7)
///     portrait.attributes[.smiling]      // what is true of the face
///     portrait.captions                  // ten sentences, or little groups of them, about it
///     portrait.image(size: 256)          // the face; the same one at every size
///
/// Attributes follow CelebA-HQ's frequencies and correlations; captions follow Multi-Modal CelebA-HQ's
/// manner. A world has no state and may be used from any thread.
package struct PortraitWorld: Sendable, Hashable {
    /// Training or validation, in CelebA-HQ's proportion 25,000 to 5,000.
    package enum Split: String, Sendable, CaseIterable, Codable {
        case training, validation
    }

    /// The seed of the world that the miniature models were trained in.
    package static let defaultSeed: UInt64 = 0xFACE_5EED

    package let seed: UInt64

    package init(seed: UInt64 = PortraitWorld.defaultSeed) { self.seed = seed }

    /// The portrait with an index; any integer is one.
    package func portrait(at index: Int) -> Portrait {
        var attributeStream = PortraitStream(seed: seed, index: index, purpose: .attributes)
        let attributes = AttributeNetwork.celebAHQ.sample(with: &attributeStream)
        return portrait(at: index, attributes: attributes)
    }

    /// The portrait with an index, but with the attributes given: the same light, pose and proportions.
    /// Contradictory attributes are made consistent first.
    package func portrait(at index: Int, attributes: PortraitAttributes) -> Portrait {
        var consistent = attributes
        consistent.makeConsistent()
        var stream = PortraitStream(seed: seed, index: index, purpose: .variation)
        let variation = PortraitVariation(of: consistent, with: &stream)
        return Portrait(seed: seed, index: index, attributes: consistent, variation: variation)
    }

    /// Where an index belongs: of every six neighbours 6k ..< 6k + 6 the last is for validation.
    package static func split(of index: Int) -> Split {
        let remainder = index % 6
        return (remainder < 0 ? remainder + 6 : remainder) == 5 ? .validation : .training
    }

    /// The index of the n-th portrait of a split, counted from 0.
    package static func index(of place: Int, in split: Split) -> Int {
        switch split {
        case .training: place / 5 * 6 + place % 5
        case .validation: place * 6 + 5
        }
    }
}
