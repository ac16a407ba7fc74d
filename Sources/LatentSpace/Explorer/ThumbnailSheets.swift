import Foundation
import SynImages
import SynReports

/// Small square pictures on sheets of at most 2,048 pixels a side, which every browser can draw.
struct ThumbnailSheets {
    let facts: ExplorerFacts.Thumbnails
    let sheets: [Data]

    static let sheetSide = 2_048

    /// Pixels of a picture's side: the more pictures, the smaller.
    static func side(of count: Int) -> Int { count <= 256 ? 128 : count <= 1_024 ? 64 : 48 }

    init(_ pictures: PicturesWithCaptions, progress: (Int) throws -> Void) throws {
        let side = Self.side(of: pictures.count)
        let columns = min(Self.sheetSide / side, pictures.count)
        let perSheet = (Self.sheetSide / side) * (Self.sheetSide / side)
        var sheets: [Data] = []
        for start in stride(from: 0, to: pictures.count, by: perSheet) {
            let places = start..<min(start + perSheet, pictures.count)
            let rows = (places.count + columns - 1) / columns
            var pixels = [UInt8](repeating: 255, count: rows * side * columns * side * 3)
            for place in places {
                let picture = try pictures.picture(place)
                let edge = min(picture.width, picture.height)
                let small = picture.centerCropped(width: edge, height: edge)
                    .resized(width: side, height: side, filter: .bicubic)
                let (x, y) = ((place - start) % columns * side, (place - start) / columns * side)
                for row in 0..<side {
                    let to = ((y + row) * columns * side + x) * 3
                    pixels.replaceSubrange(
                        to..<to + 3 * side, with: small.pixels[3 * row * side..<3 * (row + 1) * side])
                }
                try progress(place + 1)
            }
            sheets.append(
                try Image(width: columns * side, height: rows * side, pixels: pixels).jpegData(quality: 80))
        }
        facts = .init(side: side, columns: columns, perSheet: perSheet, sheets: sheets.count)
        self.sheets = sheets
    }
}
