import Foundation
import SynEmbedding
import SynRuns

/// Pictures with ten captions each, in Multi-Modal CelebA-HQ's layout, split as lists of names say.
///
///     celeba-hq/0.jpg, 1.jpg, …            .jpg, .jpeg or .png
///     celeba-caption/0.txt, 1.txt, …       one caption a line
///     celebahqtrain.txt, celebahqvalidation.txt      one name a line, such as imgHQ00042.npy
///
/// The folders have other names elsewhere, and those are looked for too: `image/` and `text/celeba-caption/` in the
/// release, `celebahq/` and `celebahq-caption/` in the paper's repository, `CelebA-HQ-img/` in CelebAMask-HQ.
///
/// A portrait's number is that at the end of its file's stem: `imgHQ00042.npy`, `00042.png` and `42.jpg` are all
/// 42, as the released code has it. Everything is compared by number, and every caption file is read, before any long
/// work begins.
package struct CaptionDataset: Sendable {
    package struct Portrait: Sendable, Equatable {
        package let number: Int
        package let image: URL
        /// In the file's order.
        package let captions: [String]
    }

    /// In the order of the lists.
    package let train: [Portrait]
    package let validation: [Portrait]
    /// What is odd but does no harm: pictures without captions and captions without a picture that no list names.
    package let remark: String?
    /// Of a table's pictures: which is on which side, as CSV; nil where lists say it.
    let splitTable: String?

    /// - Parameters:
    ///   - trainList, validationList: files of names; nil for `celebahqtrain.txt` or `train.txt`, and
    ///     `celebahqvalidation.txt` or `validation.txt`, in `folder`.
    ///   - trainLimit, validationLimit: take only the first so many of each list.
    package init(
        folder: URL, trainList: URL? = nil, validationList: URL? = nil,
        trainLimit: Int? = nil, validationLimit: Int? = nil
    ) throws {
        let images = try NumberedFiles(celebAPicturesIn: folder, key: "data.folder")
        let captions = try NumberedFiles(celebACaptionsIn: folder, key: "data.folder")
        let train = try NumberList(
            trainList, else: ["celebahqtrain.txt", "train.txt"], of: folder, key: "data.train-list")
        let validation = try NumberList(
            validationList, else: ["celebahqvalidation.txt", "validation.txt"], of: folder, key: "data.validation-list")
        let shared = Set(train.numbers).intersection(validation.numbers)
        guard shared.isEmpty else {
            throw UserError(
                .badData, "\(folder.path): \(Self.some(shared)) in both the training and the validation list")
        }
        let wanted = [
            trainLimit.map { Array(train.numbers.prefix($0)) } ?? train.numbers,
            validationLimit.map { Array(validation.numbers.prefix($0)) } ?? validation.numbers,
        ]
        let texts = try Self.check(wanted.flatMap(\.self), images, captions, folder)
        let portraits = wanted.map { numbers in
            numbers.compactMap { number -> Portrait? in
                guard let image = images.files[number], let text = texts[number] else { return nil }
                return Portrait(number: number, image: image, captions: text)
            }
        }
        (self.train, self.validation) = (portraits[0], portraits[1])
        remark = Self.remark(images, captions, folder)
        splitTable = nil
    }

    init(train: [Portrait], validation: [Portrait], remark: String?, splitTable: String) {
        (self.train, self.validation, self.remark, self.splitTable) = (train, validation, remark, splitTable)
    }

    /// What the settings name: a table, an image folder, or the layout above.
    package init(_ settings: DataSettings) throws {
        func url(_ path: String) -> URL { URL(filePath: path) }
        let folder = url(settings.folder ?? settings.images ?? ".")
        if let table = settings.table {
            try self.init(table: url(table), images: settings.images.map(url), settings: settings)
        } else if CaptionedPictures.isImageFolder(folder) {
            guard settings.trainList == nil, settings.validationList == nil else {
                throw UserError(
                    .settings,
                    "\(folder.relativePath) holds a table, in which a column split tells train from validation; "
                        + "data.train-list and data.validation-list are for Multi-Modal CelebA-HQ's layout")
            }
            try self.init(table: folder, images: nil, settings: settings)
        } else {
            try self.init(
                folder: folder, trainList: settings.trainList.map(url),
                validationList: settings.validationList.map(url),
                trainLimit: settings.train, validationLimit: settings.held)
        }
    }

    /// Reads the captions of all wanted portraits. Throws one sentence with all counts when something is missing.
    private static func check(
        _ wanted: [Int], _ images: NumberedFiles, _ captions: NumberedFiles, _ folder: URL
    ) throws -> [Int: [String]] {
        var (texts, empty, broken) = ([Int: [String]](), [Int](), [UserError]())
        for number in wanted {
            guard let file = captions.files[number] else { continue }
            let bytes = try InputFile.bytes(file.path, purpose: "captions")
            if bytes.allSatisfy({ $0 <= 0x20 }) {
                empty.append(number)
                continue
            }
            do {
                texts[number] = try CaptionFile(bytes, source: file.path).captions
            } catch let complaint as UserError {
                broken.append(complaint)
            }
        }
        func gap(_ numbers: [Int], _ lack: String) -> String? {
            numbers.isEmpty ? nil : "\(numbers.count) of \(wanted.count) listed \(lack) (\(some(numbers)))"
        }
        let gaps = [
            gap(wanted.filter { images.files[$0] == nil }, "have no picture"),
            gap(wanted.filter { captions.files[$0] == nil }, "have no captions"),
            gap(empty, "have an empty caption file"),
        ].compactMap(\.self)
        guard gaps.isEmpty, broken.isEmpty else {
            let counts =
                "\(folder.path) has \(images.files.count) pictures and \(captions.files.count) caption files, but "
            if gaps.isEmpty, let first = broken.first {
                guard broken.count > 1 else { throw first }
                throw UserError(
                    .badData,
                    counts + "\(broken.count) caption files cannot be used, the first because: \(first.description)")
            }
            let others = broken.isEmpty ? "" : " and \(broken.count) caption files cannot be used"
            throw UserError(
                .badData,
                counts + gaps.joined(separator: " and ") + others + "; complete the folder or shorten the lists")
        }
        return texts
    }

    private static func remark(_ images: NumberedFiles, _ captions: NumberedFiles, _ folder: URL) -> String? {
        let bare = images.files.keys.count { captions.files[$0] == nil }
        let unseen = captions.files.keys.count { images.files[$0] == nil }
        let parts = [
            bare == 0 ? nil : "\(bare) of \(images.files.count) pictures have no captions",
            unseen == 0 ? nil : "\(unseen) of \(captions.files.count) caption files have no picture",
        ].compactMap(\.self)
        return parts.isEmpty ? nil : "\(folder.path): \(parts.joined(separator: " and ")); no list names them"
    }

    /// Some numbers as an example: "3, 7, 12 and 40 more".
    static func some(_ numbers: some Collection<Int>) -> String {
        let first = numbers.sorted().prefix(3).map(String.init).joined(separator: ", ")
        return numbers.count > 3 ? "\(first) and \(numbers.count - 3) more" : first
    }
}
