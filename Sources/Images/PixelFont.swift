/// Capital letters of five by seven dots.
package enum PixelFont {
    package static let (columns, rows) = (5, 7)

    /// Rows from the top, `#` for ink; nil for what has no letter here.
    static func dots(_ letter: Character) -> [Character]? { letters[letter].map { Array($0) } }

    private static let letters: [Character: String] = [
        "A": ".###." + "#...#" + "#...#" + "#####" + "#...#" + "#...#" + "#...#",
        "B": "####." + "#...#" + "#...#" + "####." + "#...#" + "#...#" + "####.",
        "C": ".####" + "#...." + "#...." + "#...." + "#...." + "#...." + ".####",
        "D": "####." + "#...#" + "#...#" + "#...#" + "#...#" + "#...#" + "####.",
        "E": "#####" + "#...." + "#...." + "####." + "#...." + "#...." + "#####",
        "F": "#####" + "#...." + "#...." + "####." + "#...." + "#...." + "#....",
        "G": ".####" + "#...." + "#...." + "#..##" + "#...#" + "#...#" + ".####",
        "H": "#...#" + "#...#" + "#...#" + "#####" + "#...#" + "#...#" + "#...#",
        "I": ".###." + "..#.." + "..#.." + "..#.." + "..#.." + "..#.." + ".###.",
        "J": "..###" + "...#." + "...#." + "...#." + "...#." + "#..#." + ".##..",
        "K": "#...#" + "#..#." + "#.#.." + "##..." + "#.#.." + "#..#." + "#...#",
        "L": "#...." + "#...." + "#...." + "#...." + "#...." + "#...." + "#####",
        "M": "#...#" + "##.##" + "#.#.#" + "#...#" + "#...#" + "#...#" + "#...#",
        "N": "#...#" + "##..#" + "#.#.#" + "#.#.#" + "#..##" + "#...#" + "#...#",
        "O": ".###." + "#...#" + "#...#" + "#...#" + "#...#" + "#...#" + ".###.",
        "P": "####." + "#...#" + "#...#" + "####." + "#...." + "#...." + "#....",
        "Q": ".###." + "#...#" + "#...#" + "#...#" + "#.#.#" + "#..#." + ".##.#",
        "R": "####." + "#...#" + "#...#" + "####." + "#.#.." + "#..#." + "#...#",
        "S": ".####" + "#...." + "#...." + ".###." + "....#" + "....#" + "####.",
        "T": "#####" + "..#.." + "..#.." + "..#.." + "..#.." + "..#.." + "..#..",
        "U": "#...#" + "#...#" + "#...#" + "#...#" + "#...#" + "#...#" + ".###.",
        "V": "#...#" + "#...#" + "#...#" + "#...#" + ".#.#." + ".#.#." + "..#..",
        "W": "#...#" + "#...#" + "#...#" + "#...#" + "#.#.#" + "##.##" + "#...#",
        "X": "#...#" + "#...#" + ".#.#." + "..#.." + ".#.#." + "#...#" + "#...#",
        "Y": "#...#" + "#...#" + ".#.#." + "..#.." + "..#.." + "..#.." + "..#..",
        "Z": "#####" + "....#" + "...#." + "..#.." + ".#..." + "#...." + "#####",
        " ": String(repeating: ".", count: 35),
    ]
}

extension Image {
    /// Black capitals on a white strip at the foot, as large as fit in one line; what is no letter A to Z becomes a
    /// blank. A word too long for one dot a pixel loses its end.
    package func printed(_ word: String) -> Image {
        let letters = word.uppercased().map { PixelFont.dots($0) ?? PixelFont.dots(" ") ?? [] }
        guard !letters.isEmpty else { return self }
        let wide = letters.count * (PixelFont.columns + 1) + 1
        let scale = max(1, min(width / wide, height / (3 * PixelFont.rows)))
        let strip = min(height, (PixelFont.rows + 2) * scale)
        let (top, left) = (height - strip, max(0, (width - wide * scale) / 2))
        return Image(width: width, height: height) { canvas in
            for y in 0..<height {
                for x in 0..<width {
                    let place = 3 * (y * width + x)
                    guard y >= top else {
                        for channel in 0..<3 { canvas[place + channel] = pixels[place + channel] }
                        continue
                    }
                    let (row, column) = ((y - top) / scale - 1, (x - left) / scale - 1)
                    let (letter, within) = (column / (PixelFont.columns + 1), column % (PixelFont.columns + 1))
                    let isInk =
                        x >= left && column >= 0 && letter < letters.count && within < PixelFont.columns
                        && (0..<PixelFont.rows).contains(row)
                        && letters[letter][row * PixelFont.columns + within] == "#"
                    for channel in 0..<3 { canvas[place + channel] = isInk ? 0 : 255 }
                }
            }
        }
    }
}
