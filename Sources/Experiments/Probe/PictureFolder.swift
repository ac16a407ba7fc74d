import Foundation
import Images

/// The pictures of a folder, by name.
public struct PictureFolder: Sendable {
    public let folder: URL
    /// Names of PNG and JPEG files, numbers in names compared as numbers.
    public let names: [String]

    public init(_ path: String) throws {
        folder = URL(filePath: path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw Complaint(.missing, "\(path) is not a folder; name one with PNG or JPEG pictures")
        }
        names = try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { !$0.hasPrefix(".") && ["png", "jpg", "jpeg"].contains(($0 as NSString).pathExtension.lowercased()) }
            .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
        guard !names.isEmpty else { throw Complaint(.missing, "\(path) holds no PNG or JPEG pictures") }
    }

    public func image(_ name: String) throws -> Image { try Image(contentsOf: folder.appending(path: name)) }
}
