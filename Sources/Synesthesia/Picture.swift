import Foundation
import SynFiles
import SynImages

/// A picture in memory: 8-bit RGB, rows from the top, without alpha.
public struct Picture: Sendable, Equatable {
    let image: Image

    init(_ image: Image) { self.image = image }

    /// In pixels.
    public var width: Int { image.width }
    /// In pixels.
    public var height: Int { image.height }
    /// Red, green, blue of each pixel, row after row: [height, width, 3].
    public var pixels: [UInt8] { image.pixels }

    /// - Parameters:
    ///   - width: in pixels.
    ///   - height: in pixels.
    ///   - pixels: [height, width, 3], as many as the size says.
    public init(width: Int, height: Int, pixels: [UInt8]) throws(SynesthesiaError) {
        let count = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0, !count.overflow, count.partialValue <= Int.max / 3,
            pixels.count == 3 * count.partialValue
        else {
            throw SynesthesiaError(
                .settings, "\(pixels.count) numbers do not make a picture of \(width)×\(height) RGB pixels")
        }
        image = Image(width: width, height: height, pixels: pixels)
    }

    /// Reads a PNG or JPEG file.
    public init(contentsOf path: String) throws(SynesthesiaError) {
        image = try explained { try Image(contentsOf: URL(filePath: path)) }
    }

    /// Writes a PNG or, where the name ends in `.jpg` or `.jpeg`, a JPEG of quality 75; whole or not at all.
    public func write(to path: String) throws(SynesthesiaError) {
        let url = URL(filePath: path)
        try explained {
            switch url.pathExtension.lowercased() {
            case "jpg", "jpeg": try image.writeJPEG(to: url)
            case "png": try image.writePNG(to: url)
            default: throw SynesthesiaError(.settings, "\(path): a picture is written as .png or .jpg")
            }
        }
    }
}
