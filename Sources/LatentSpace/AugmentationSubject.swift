import Foundation
import SynFiles
import SynImages
import SynPortraits
import SynRuns

/// The picture that is changed: a file, or a portrait of the drawn world's validation part with its first caption.
package struct AugmentationSubject: Sendable {
    package let image: Image
    package let caption: String?
    package let name: String

    package init(picture: String?, portrait: Int, caption: String?) throws {
        guard let picture else {
            let drawn = PortraitWorld().portrait(at: PortraitWorld.index(of: portrait, in: .validation))
            (image, self.caption) = (drawn.image(), caption ?? drawn.captions[0])
            name = "drawn portrait \(portrait)"
            return
        }
        guard FileManager.default.fileExists(atPath: picture) else {
            throw UserError(.missing, "\(printable(picture)) does not exist; name a PNG or JPEG")
        }
        (image, self.caption) = (try Image(contentsOf: URL(filePath: picture)), caption)
        name = URL(filePath: picture).lastPathComponent
    }
}
