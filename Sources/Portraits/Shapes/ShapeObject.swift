/// The colours of the Shapes world; names with the same article, so that exchanging two keeps all words.
package enum ShapeColour: Int, CaseIterable, Sendable, Hashable {
    case red, green, blue, yellow, pink, purple, black, white

    package var name: String { "\(self)" }

    var paint: Paint {
        switch self {
        case .red: rgb(214, 40, 40)
        case .green: rgb(42, 150, 70)
        case .blue: rgb(45, 90, 205)
        case .yellow: rgb(245, 205, 45)
        case .pink: rgb(250, 150, 190)
        case .purple: rgb(125, 60, 160)
        case .black: rgb(20, 20, 22)
        case .white: rgb(252, 252, 252)
        }
    }
}

package enum ShapeForm: Int, CaseIterable, Sendable, Hashable {
    case circle, square, triangle, cross

    package var name: String { "\(self)" }

    /// Distance from the edge in radii, negative inside.
    func distance(_ u: Float, _ v: Float) -> Float {
        switch self {
        case .circle: (u * u + v * v).squareRoot() - 1
        case .square: roundedBox(u, v, 0.88, 0.88, 0.04)
        case .triangle: max(v - 0.8, abs(u) * 0.866 - v * 0.5 - 0.5)
        case .cross: min(roundedBox(u, v, 1, 0.34, 0.02), roundedBox(u, v, 0.34, 1, 0.02))
        }
    }
}

/// One thing in a scene.
package struct ShapeObject: Sendable, Hashable {
    package var colour: ShapeColour
    package var form: ShapeForm
    package var isLarge: Bool

    package init(_ colour: ShapeColour, _ form: ShapeForm, isLarge: Bool) {
        (self.colour, self.form, self.isLarge) = (colour, form, isLarge)
    }

    /// "red circle", with its size "small red circle".
    package func words(withSize: Bool) -> String {
        (withSize ? (isLarge ? "large " : "small ") : "") + "\(colour.name) \(form.name)"
    }

    /// Colours and forms that never stand together in a training scene: 6 of 32, of each form at least one.
    package var isHeldOut: Bool { (colour.rawValue + 2 * form.rawValue) % 5 == 0 }
}
