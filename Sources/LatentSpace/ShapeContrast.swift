import SynPortraits

/// Two scenes and two captions, each caption true of its own scene and false of the other; they differ in one thing.
/// Because every caption is right once and wrong once, a judge who sees captions alone is right in half of the cases.
package struct ShapeContrast: Sendable {
    /// What the two differ in.
    package enum Kind: String, CaseIterable, Sendable {
        case swapColours = "swap colours"
        case swapObjects = "swap objects"
        case replaceColour = "replace colour"
        case replaceForm = "replace form"
        case replaceRelation = "replace relation"
        case addSize = "add size"
    }

    package let scenes: (ShapeScene, ShapeScene)
    package let captions: (String, String)

    /// - Parameter scene: the first of the two.
    package init(_ kind: Kind, of scene: ShapeScene) {
        var other = scene
        switch kind {
        case .swapColours: swap(&other.first.colour, &other.second.colour)
        case .swapObjects: swap(&other.first, &other.second)
        case .replaceRelation: other.relation = scene.relation.inverse
        case .replaceColour:
            // The next colour that neither object has.
            let taken = [scene.first.colour, scene.second.colour]
            other.first.colour = Self.next(scene.first.colour) { !taken.contains($0) }
        case .replaceForm:
            let taken = [scene.first.form, scene.second.form]
            other.first.form = Self.next(scene.first.form) { !taken.contains($0) }
        case .addSize:
            // One is large in each scene, and the captions say which.
            var own = scene
            (own.first.isLarge, own.second.isLarge) = (true, false)
            (other.first.isLarge, other.second.isLarge) = (false, true)
            scenes = (own, other)
            captions = (own.caption(firstSize: true), other.caption(secondSize: true))
            return
        }
        scenes = (scene, other)
        captions = (scene.caption(), other.caption())
    }

    /// Whether both captions have the same words, so that only their order tells them apart.
    package var hasEqualWords: Bool {
        KnownPictures.words(captions.0).sorted() == KnownPictures.words(captions.1).sorted()
    }

    private static func next<Value: CaseIterable & Equatable>(_ value: Value, _ fits: (Value) -> Bool) -> Value {
        let all = Array(Value.allCases)
        let start = all.firstIndex(of: value) ?? 0
        return (1..<all.count).map { all[(start + $0) % all.count] }.first(where: fits) ?? value
    }
}
