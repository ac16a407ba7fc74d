/// Paints one portrait: a stack of soft layers from the backdrop to the hat.
///
/// Each layer is a small function of a place that gives a colour and how much of it covers; edges are as
/// wide as a pixel, so nothing needs to be drawn larger and shrunk. What is finer than a pixel fades out.
struct FacePainter: ~Copyable {
    let has: PortraitAttributes
    let v: PortraitVariation
    let canvas: Canvas
    /// The head's frame (tilted) and the body's (upright, follows the head's shifts a little less).
    let head: Frame, body: Frame
    /// One pixel in the frames' unit.
    let pixel: Float
    /// Shadowed and bright skin.
    let skin: Paint, shade: Paint, glow: Paint
    /// Colour of brows and beards: the hair's, darker on fair heads.
    let hairs: Paint
    /// A beard's colour where it is thin.
    let stubble: Paint

    init(of portrait: Portrait, size: Int) {
        has = portrait.attributes
        v = portrait.variation
        canvas = Canvas(size: size)
        head = Frame(x: v.x, y: v.y, unit: v.scale, tilt: v.tilt)
        body = Frame(x: 0.5 + (v.x - 0.5) * 0.8, y: v.y, unit: v.scale, tilt: 0)
        pixel = 1 / (Float(size) * v.scale)
        skin = has[.young] ? v.skin : v.skin.tinted(0.985, 0.955, 0.94)
        shade = skin.tinted(0.70, 0.56, 0.52)
        glow = mix(skin, rgb(255, 244, 224), 0.42)
        let fair = v.hair.luminance
        let darker = v.hair.lit(fair > 0.25 ? 0.72 : 0.88)
        hairs =
            has[.bald] && !has[.grayHair]
            ? rgb(62, 46, 38)
            : has[.grayHair] || fair < 0.5 ? darker : mix(darker, rgb(116, 74, 42), 0.55)
        stubble = mix(hairs, rgb(58, 62, 74), 0.45)
    }

    /// The finished picture, RGB bytes.
    consuming func painted() -> [UInt8] {
        paintBackdrop()
        paintHairBehind()
        paintBody()
        paintEars()
        paintSkin()
        paintNose()
        paintBeard()
        paintMouth()
        paintEyes()
        paintBrows()
        paintHairInFront()
        if has[.eyeglasses] { paintGlasses() }
        if has[.wearingHat] { paintHat() }
        if has[.wearingEarrings] { paintEarrings() }
        return canvas.bytes()
    }

    // MARK: Edges

    /// Coverage from a distance (negative inside), with an edge one pixel wide.
    @inline(__always) func fill(_ distance: Float) -> Float { (0.5 - distance / pixel).unit }

    /// Coverage with a soft edge, never sharper than a pixel.
    @inline(__always) func fill(_ distance: Float, soft: Float) -> Float {
        let width = max(pixel, soft)
        return rise(-0.5, 0.5, -distance / width)
    }

    /// Coverage of a line from the distance to its middle; thinner than a pixel it pales instead.
    @inline(__always) func line(_ distance: Float, _ width: Float) -> Float {
        min(1, width / pixel) * (0.5 + (max(width, pixel) * 0.5 - abs(distance)) / pixel).unit
    }

    /// How visible a pattern with this period is at this size: none below two pixels.
    @inline(__always) func visible(period: Float) -> Float { rise(1.6, 4, period / pixel) }

    // MARK: The head's shape

    /// Across the face as features see it: turned heads shift them, and squeeze the far side.
    @inline(__always) func across(_ u: Float) -> Float {
        let d = u - v.turn * 0.24
        return d * (1 + 0.5 * v.turn * d)
    }

    /// Distance from the face's outline: an ellipse whose width follows the jaw.
    @inline(__always) func face(_ u: Float, _ w: Float) -> Float {
        let below = rise(0.0, 0.8, w)
        let width = v.faceWidth + (v.jaw - 0.025) * below
        return ellipse(u - v.turn * 0.05, w, width, w > 0 ? 1 + v.chin : 1)
    }
}
