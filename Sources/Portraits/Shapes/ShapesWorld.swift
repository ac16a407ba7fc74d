/// Endlessly many scenes of two objects (8 colours, 4 forms, 2 sizes, 4 relations), each a function of a seed and an
/// index. Both objects of a scene differ in colour and in form, so that what two of them exchange can be seen.
package struct ShapesWorld: Sendable, Hashable {
    /// Training scenes have no held-out object; held-out scenes have one at least.
    package enum Split: Sendable, Hashable {
        case training, validation, heldOut
    }

    package let seed: UInt64

    package init(seed: UInt64 = 0x5A4E5_5EED) { self.seed = seed }

    /// Validation scenes are of training's combinations in other layouts.
    package func scene(at index: Int, in split: Split) -> ShapeScene {
        let place = split == .training ? index : -1 - index
        var stream = PortraitStream(seed: seed ^ (split == .heldOut ? 0x4E1D : 0), index: place, purpose: .shapes)
        var scene: ShapeScene
        repeat {
            let first = Self.object(&stream)
            var second = Self.object(&stream)
            while second.colour == first.colour || second.form == first.form { second = Self.object(&stream) }
            scene = ShapeScene(first, stream.pick(ShapeRelation.allCases), second, layout: place)
        } while scene.isHeldOut != (split == .heldOut)
        return scene
    }

    /// One of the true captions: from either object, sizes said or not.
    package func caption(of scene: ShapeScene, choosing index: Int) -> String {
        var stream = PortraitStream(seed: seed ^ 0xCA9, index: index, purpose: .captions)
        let told = stream.chance(0.5) ? scene : scene.turned
        return told.caption(firstSize: stream.chance(0.5), secondSize: stream.chance(0.5))
    }

    private static func object(_ stream: inout PortraitStream) -> ShapeObject {
        ShapeObject(
            stream.pick(ShapeColour.allCases), stream.pick(ShapeForm.allCases), isLarge: stream.chance(0.5))
    }
}
