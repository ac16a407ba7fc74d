import SynImages

/// Where the first object of a scene stands, seen from the second.
package enum ShapeRelation: Int, CaseIterable, Sendable, Hashable {
    case left, right, above, below

    package var words: String {
        switch self {
        case .left: "left of"
        case .right: "right of"
        case .above: "above"
        case .below: "below"
        }
    }

    /// Where the second stands, seen from the first.
    package var inverse: ShapeRelation {
        switch self {
        case .left: .right
        case .right: .left
        case .above: .below
        case .below: .above
        }
    }
}

/// Two objects beside or above each other: what words about things and their places can be tested with.
package struct ShapeScene: Sendable, Hashable {
    package var first: ShapeObject
    package var second: ShapeObject
    package var relation: ShapeRelation
    /// Where exactly things stand and how light the ground is. Scenes of one layout differ in nothing else.
    package var layout: Int

    package init(_ first: ShapeObject, _ relation: ShapeRelation, _ second: ShapeObject, layout: Int) {
        (self.first, self.relation, self.second, self.layout) = (first, relation, second, layout)
    }

    package var isHeldOut: Bool { first.isHeldOut || second.isHeldOut }

    /// "a red circle left of a blue square", with sizes where they are asked for.
    package func caption(firstSize: Bool = false, secondSize: Bool = false) -> String {
        "a \(first.words(withSize: firstSize)) \(relation.words) a \(second.words(withSize: secondSize))"
    }

    /// The same said from the second object.
    package var turned: ShapeScene { ShapeScene(second, relation.inverse, first, layout: layout) }

    /// The scene as a square picture.
    package func image(size: Int = 64) -> Image {
        var stream = PortraitStream(seed: 0x5A4E5, index: layout, purpose: .shapes)
        let ground = rgb(196, 200, 206).lit(stream.between(0.92, 1.06))
        let (along, across) = (stream.between(-0.04, 0.04), stream.between(-0.12, 0.12))
        let apart = stream.between(0.21, 0.25)
        let canvas = Canvas(size: size)
        let whole = Frame(x: 0.5, y: 0.5, unit: 1, tilt: 0)
        canvas.paint(.everything, in: whole) { _, _ in ground }
        let sign: Float = relation == .left || relation == .above ? -1 : 1
        for (object, side) in [(first, sign), (second, -sign)] {
            let place = 0.5 + along + side * apart
            let beside = 0.5 + across
            let isLevel = relation == .left || relation == .right
            let radius: Float = object.isLarge ? 0.17 : 0.085
            let frame = Frame(x: isLevel ? place : beside, y: isLevel ? beside : place, unit: radius, tilt: 0)
            let pixel = 1 / (Float(size) * radius)
            let paint = object.colour.paint
            canvas.paint(Box(-1.2, 1.2, -1.2, 1.2), in: frame) { u, v in
                var colour = paint
                colour.w = (0.5 - object.form.distance(u, v) / pixel).unit
                return colour
            }
        }
        return Image(width: size, height: size, pixels: canvas.bytes())
    }
}
