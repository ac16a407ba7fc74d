import Foundation

/// One caption and what every encoder made of it.
package struct GalleryRow: Codable, Sendable, Equatable {
    package var caption: String
    /// What the caption mentions, where that is known ("Wavy_Hair", "Smiling").
    package var attributes: [String]?
    /// The real picture the caption was written for, if there is one.
    package var original: Picture?
    package var pictures: [GalleryPicture]

    package init(
        caption: String, attributes: [String]? = nil, original: Picture? = nil, pictures: [GalleryPicture] = []
    ) {
        self.caption = caption
        self.attributes = attributes
        self.original = original
        self.pictures = pictures
    }
}

/// A picture drawn from a caption by one encoder and seed.
package struct GalleryPicture: Codable, Sendable, Equatable {
    package var encoder: String
    package var seed: UInt64
    package var picture: Picture

    package init(encoder: String, seed: UInt64, picture: Picture) {
        self.encoder = encoder
        self.seed = seed
        self.picture = picture
    }
}

/// A picture and its own scores.
package struct Picture: Codable, Sendable, Equatable {
    package var image: ImageSource
    /// 100 · cosine with the caption.
    package var clipScore: Double?
    /// Share of the mentioned attributes that were found, 0 to 1.
    package var attributeScore: Double?

    package init(_ image: ImageSource, clipScore: Double? = nil, attributeScore: Double? = nil) {
        self.image = image
        self.clipScore = clipScore
        self.attributeScore = attributeScore
    }

    enum CodingKeys: String, CodingKey {
        case image
        case clipScore = "clip_score"
        case attributeScore = "attribute_score"
    }
}

/// The bytes of a PNG or JPEG file, or where they lie below the report's folder.
///
/// In JSON: `{"path": "bert-mini/seed-0/images/000123-4.png"}` or `{"data": "<base64>"}`.
package enum ImageSource: Codable, Sendable, Equatable {
    case path(String)
    case data(Data)

    enum CodingKeys: String, CodingKey { case path, data }

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        if let path = try keys.decodeIfPresent(String.self, forKey: .path) {
            self = .path(path)
        } else {
            self = .data(try keys.decode(Data.self, forKey: .data))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .path(let path): try keys.encode(path, forKey: .path)
        case .data(let data): try keys.encode(data, forKey: .data)
        }
    }

    /// The picture inside an address, for a page that loads nothing.
    package func dataURI(below folder: URL?) -> Result<String, MissingPicture> {
        bytes(below: folder).map { bytes in
            let kind = bytes.starts(with: Self.png) ? "png" : "jpeg"
            return "data:image/\(kind);base64,\(bytes.base64EncodedString())"
        }
    }

    /// The PNG or JPEG itself, read from below `folder` where it is given by path.
    ///
    /// A path that leads out of the folder, by its words or by a link, is not followed: a page made from somebody
    /// else's record never carries away other files of this machine. Nor is what is no regular file or larger than 64
    /// MB.
    package func bytes(below folder: URL?) -> Result<Data, MissingPicture> {
        let bytes: Data
        switch self {
        case .data(let data): bytes = data
        case .path(let path):
            guard let folder else {
                return .failure(MissingPicture("\(path) was not looked for: the report's folder is not known"))
            }
            let outside = MissingPicture("\(path) lies outside the report's folder")
            guard !path.hasPrefix("/"), !path.unicodeScalars.contains("\0"), !path.split(separator: "/").contains("..")
            else { return .failure(outside) }
            let root = folder.resolvingSymlinksInPath().path
            let file = folder.appending(path: path).resolvingSymlinksInPath()
            guard file.path.hasPrefix(root.hasSuffix("/") ? root : root + "/") else { return .failure(outside) }
            let facts = try? FileManager.default.attributesOfItem(atPath: file.path)
            guard facts?[.type] as? FileAttributeType == .typeRegular else {
                return .failure(MissingPicture("\(path) is missing"))
            }
            guard let size = facts?[.size] as? Int, size <= 64 << 20, let read = try? Data(contentsOf: file) else {
                return .failure(MissingPicture("\(path) cannot be read, or is larger than 64 MB"))
            }
            bytes = read
        }
        guard bytes.starts(with: Self.png) || bytes.starts(with: [0xFF, 0xD8, 0xFF]) else {
            return .failure(MissingPicture("\(name) is neither PNG nor JPEG"))
        }
        return .success(bytes)
    }

    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private var name: String {
        switch self {
        case .path(let path): path
        case .data: "the stored picture"
        }
    }
}

/// Why a picture could not be shown; the page prints the sentence in the picture's place.
package struct MissingPicture: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
