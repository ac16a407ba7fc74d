/// Images in rows on one sheet: each column as wide as its widest image, each row as high as its highest.
package struct ImageGrid: Sendable {
    package var rows: [[Image]]
    /// Pixels between images and around the sheet.
    package var gap: Int
    package var background: Image.Color

    package init(rows: [[Image]], gap: Int = 4, background: Image.Color = .init(repeating: 255)) {
        precondition(gap >= 0, "a gap of \(gap) pixels")
        self.rows = rows
        self.gap = gap
        self.background = background
    }

    /// Images in reading order, `columns` to a row; the last row may be shorter.
    package init(_ images: [Image], columns: Int, gap: Int = 4, background: Image.Color = .init(repeating: 255)) {
        precondition(columns > 0, "a grid of \(columns) columns")
        let rows = stride(from: 0, to: images.count, by: columns).map {
            Array(images[$0..<min($0 + columns, images.count)])
        }
        self.init(rows: rows, gap: gap, background: background)
    }

    /// The sheet. Smaller images stand at the top left of their place. Fails when it is empty or beyond `ImageLimits`.
    package func drawn() throws -> Image {
        let columnCount = rows.map(\.count).max() ?? 0
        guard columnCount > 0 else { throw ImageError(.damaged, "A grid needs at least one image.") }
        let columnWidths = (0..<columnCount).map { column in
            rows.map { column < $0.count ? $0[column].width : 0 }.max() ?? 0
        }
        let rowHeights = rows.map { $0.map(\.height).max() ?? 0 }
        let lefts = starts(of: columnWidths), tops = starts(of: rowHeights)
        let width = lefts[columnCount], height = tops[rows.count]
        try ImageLimits.check(width: width, height: height, named: "image grid")

        var sheet = Image(width: width, height: height, color: background).pixels
        for (row, images) in rows.enumerated() {
            for (column, image) in images.enumerated() {
                for y in 0..<image.height {
                    let target = 3 * ((tops[row] + y) * width + lefts[column])
                    let source = 3 * y * image.width
                    for i in 0..<3 * image.width { sheet[target + i] = image.pixels[source + i] }
                }
            }
        }
        return Image(width: width, height: height, pixels: sheet)
    }

    /// Where each length begins, and at the end the whole, gaps included.
    private func starts(of lengths: [Int]) -> [Int] {
        lengths.reduce(into: [gap]) { $0.append($0[$0.count - 1] + $1 + gap) }
    }
}
