/// The composite classes that the miniature Inception network tells apart: sex × hair × smile.
///
/// An Inception Score needs classes that a varied set of pictures spreads over; portraits have no ImageNet
/// classes, so these are made of what is seen best.
package enum PortraitClass {
    private static let hair: [(name: String, attribute: PortraitAttribute?)] = [
        ("hat", .wearingHat), ("bald", .bald), ("gray", .grayHair), ("blond", .blondHair), ("black", .blackHair),
        ("brown", .brownHair), ("other", nil),
    ]

    /// In the order of the network's outputs, such as `woman, blond, smiling`.
    package static let names: [String] = ["woman", "man"].flatMap { sex in
        hair.flatMap { hair in ["serious", "smiling"].map { "\(sex), \(hair.name), \($0)" } }
    }

    package static func index(of attributes: PortraitAttributes) -> Int {
        let kind = hair.firstIndex { $0.attribute.map { attributes[$0] } ?? true } ?? hair.count - 1
        return ((attributes[.male] ? 1 : 0) * hair.count + kind) * 2 + (attributes[.smiling] ? 1 : 0)
    }
}
