import Foundation
import Images
import Testing

@Test func aPNGComesBackAsItWas() throws {
    let image = Image(width: 2, height: 1, pixels: [1, 2, 3, 250, 251, 252])
    let texts = [TextChunk("caption", "A woman with wavy hair."), TextChunk("seed", "κ ≈ 7 ✓\r\nnext"), TextChunk("e", "")]
    let file = try image.pngData(texts: texts)
    #expect(try Image(decoding: file, named: "memory") == image)
    #expect(try Image.texts(in: file, named: "memory") == texts)
    #expect(try image.pngData(texts: texts) == file)
}
