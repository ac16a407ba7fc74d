import Foundation

/// Pictures with ten captions each, in Multi-Modal CelebA-HQ's layout, split as lists of names say.
///
///     celeba-hq/0.jpg, 1.jpg, …            or images/, image/, celeba-hq-img/; .jpg, .jpeg or .png
///     celeba-caption/0.txt, 1.txt, …       or captions/, text/; one caption a line
///     celebahqtrain.txt, celebahqvalidation.txt      one name a line, such as imgHQ00042.npy
///
/// A portrait's number is that at the end of its file's stem: `imgHQ00042.npy`, `00042.png` and `42.jpg` are all
/// 42, as the released code has it. Everything is compared by number before any long work begins.
public struct CaptionDataset: Sendable {
    public struct Portrait: Sendable, Equatable {
        public let number: Int
        public let image: URL
        /// One caption a line.
        public let captionFile: URL

        /// The captions in the file's order.
        public func captions() throws -> [String] { try CaptionFile(path: captionFile.path).captions }
    }

    /// In the order of the lists.
    public let train: [Portrait]
    public let validation: [Portrait]

    /// - Parameters:
    ///   - trainList, validationList: files of names; nil for `celebahqtrain.txt` or `train.txt`, and
    ///     `celebahqvalidation.txt` or `validation.txt`, in `folder`.
    ///   - trainLimit, validationLimit: take only the first so many of each list.
    public init(
        folder: URL, trainList: URL? = nil, validationList: URL? = nil,
        trainLimit: Int? = nil, validationLimit: Int? = nil
    ) throws {
        let images = try Self.numbered(
            in: folder, anyOf: ["celeba-hq", "images", "image", "celeba-hq-img"], endings: ["jpg", "jpeg", "png"],
            what: "pictures")
        let captions = try Self.numbered(
            in: folder, anyOf: ["celeba-caption", "captions", "text"], endings: ["txt"], what: "captions")
        let train = try Self.numbers(
            in: trainList, else: ["celebahqtrain.txt", "train.txt"], of: folder, key: "data.train-list")
        let validation = try Self.numbers(
            in: validationList, else: ["celebahqvalidation.txt", "validation.txt"], of: folder,
            key: "data.validation-list")
        let shared = Set(train).intersection(validation)
        guard shared.isEmpty else {
            throw Complaint(
                .badData, "\(folder.path): \(Self.some(shared)) in both the training and the validation list")
        }
        func portraits(_ numbers: [Int], _ limit: Int?) throws -> [Portrait] {
            let wanted = limit.map { Array(numbers.prefix($0)) } ?? numbers
            try Self.check(wanted, images: images, captions: captions, folder: folder)
            return wanted.compactMap { number in
                guard let image = images[number], let file = captions[number] else { return nil }
                return Portrait(number: number, image: image, captionFile: file)
            }
        }
        self.train = try portraits(train, trainLimit)
        self.validation = try portraits(validation, validationLimit)
    }

    /// Throws one sentence with counts when listed portraits lack a picture or captions.
    private static func check(
        _ wanted: [Int], images: [Int: URL], captions: [Int: URL], folder: URL
    ) throws {
        let imageless = wanted.filter { images[$0] == nil }
        let captionless = wanted.filter { captions[$0] == nil }
        guard !imageless.isEmpty || !captionless.isEmpty else { return }
        let gaps = [
            imageless.isEmpty ? nil : "\(imageless.count) of \(wanted.count) listed have no picture (\(some(imageless)))",
            captionless.isEmpty
                ? nil : "\(captionless.count) of \(wanted.count) listed have no captions (\(some(captionless)))",
        ].compactMap(\.self)
        throw Complaint(
            .badData,
            "\(folder.path) has \(images.count) pictures and \(captions.count) caption files, but "
                + gaps.joined(separator: " and ") + "; complete the folder or shorten the lists")
    }

    /// The files of the first folder that exists, by number.
    private static func numbered(
        in folder: URL, anyOf names: [String], endings: Set<String>, what: String
    ) throws -> [Int: URL] {
        let candidates = names.map { folder.appending(path: $0) }
        guard let found = candidates.first(where: isFolder) else {
            throw Complaint(
                .missing,
                "\(folder.path) has no folder of \(what); looked for \(names.joined(separator: ", "))")
        }
        var files: [Int: URL] = [:]
        // Sorted, so that of two files with one number the same one is always named.
        for name in try FileManager.default.contentsOfDirectory(atPath: found.path).sorted() {
            let file = found.appending(path: name)
            guard !name.hasPrefix("."), endings.contains(file.pathExtension.lowercased()),
                let number = number(of: name)
            else { continue }
            if let other = files.updateValue(file, forKey: number) {
                throw Complaint(
                    .badData,
                    "\(other.path) and \(file.lastPathComponent) are both number \(number); remove one of them")
            }
        }
        guard !files.isEmpty else {
            throw Complaint(.badData, "\(found.path) holds no \(what) named by number, such as 42.\(endings.sorted()[0])")
        }
        return files
    }

    private static func numbers(in list: URL?, else names: [String], of folder: URL, key: String) throws -> [Int] {
        let candidates = list.map { [$0] } ?? names.map { folder.appending(path: $0) }
        guard let file = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            let looked = candidates.map(\.path).joined(separator: " and ")
            throw Complaint(.missing, "no list of names at \(looked); give one as \(key)")
        }
        let names = try CaptionFile(path: file.path).captions
        var seen: Set<Int> = []
        return try names.enumerated().map { index, name in
            let place = "\(file.path), line \(index + 1)"
            guard let number = number(of: name.trimmingCharacters(in: .whitespaces)) else {
                throw Complaint(.badData, "\(place): no number in \"\(name)\"; names look like imgHQ00042.npy")
            }
            guard seen.insert(number).inserted else {
                throw Complaint(.badData, "\(place): number \(number) is listed twice")
            }
            return number
        }
    }

    /// The digits that end a name's stem: 42 of `imgHQ00042.npy`.
    static func number(of name: String) -> Int? {
        let file = name.split(separator: "/").last ?? ""
        let stem = file.lastIndex(of: ".").map { file[..<$0] } ?? file
        let digits = stem.utf8.reversed().prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        return Int(String(decoding: digits.reversed(), as: UTF8.self))
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Some numbers as an example: "3, 7, 12 and 40 more".
    private static func some(_ numbers: some Collection<Int>) -> String {
        let first = numbers.sorted().prefix(3).map(String.init).joined(separator: ", ")
        return numbers.count > 3 ? "\(first) and \(numbers.count - 3) more" : first
    }
}
