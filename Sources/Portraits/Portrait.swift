import SynImages

/// One inhabitant of the miniature world.
package struct Portrait: Sendable, Hashable {
    /// The world's seed.
    package let seed: UInt64
    /// The portrait's number in its world.
    package let index: Int
    /// What is true of the face.
    package let attributes: PortraitAttributes
    /// What no attribute says.
    package let variation: PortraitVariation

    /// The face as a square picture. The same face at every size, with more detail where there is room for it.
    package func image(size: Int = 64) -> Image {
        Image(width: size, height: size, pixels: pixels(size: size))
    }

    /// The face as size·size RGB bytes, rows from the top.
    package func pixels(size: Int = 64) -> [UInt8] {   // [size, size, 3]
        precondition(size > 0, "A portrait needs at least one pixel.")
        return FacePainter(of: self, size: size).painted()
    }
}
