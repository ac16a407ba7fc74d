import Experiments
import Foundation
import TestSupport
import Testing

@Suite("Data sets in Multi-Modal CelebA-HQ's layout")
struct CaptionDatasetTests {
    /// Pictures (empty files), captions and lists in a temporary folder.
    func folder(
        images: [String], captions: [Int], train: [String] = ["imgHQ00000.npy"], validation: [String] = ["imgHQ00001.npy"],
        imageFolder: String = "celeba-hq"
    ) throws -> URL {
        let folder = try Fixture.temporaryFolder()
        let imageFolder = folder.appending(path: imageFolder)
        let captionFolder = folder.appending(path: "celeba-caption")
        try AtomicFile.makeFolder(imageFolder)
        try AtomicFile.makeFolder(captionFolder)
        for name in images { try AtomicFile.write("", to: imageFolder.appending(path: name)) }
        for number in captions {
            let lines = (0..<10).map { "Caption \($0) of \(number).\n" }.joined()
            try AtomicFile.write(lines, to: captionFolder.appending(path: "\(number).txt"))
        }
        try AtomicFile.write(train.joined(separator: "\n"), to: folder.appending(path: "celebahqtrain.txt"))
        try AtomicFile.write(validation.joined(separator: "\n"), to: folder.appending(path: "celebahqvalidation.txt"))
        return folder
    }

    @Test("names are numbers, lists give the order", arguments: ["celeba-hq", "images", "image"])
    func reads(_ imageFolder: String) throws {
        let folder = try folder(
            images: ["0.jpg", "1.png", "00012.JPG", "notes.md"], captions: [0, 1, 12],
            train: ["imgHQ00012.npy", "imgHQ00000.npy"], imageFolder: imageFolder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = try CaptionDataset(folder: folder)
        #expect(data.train.map(\.number) == [12, 0] && data.validation.map(\.number) == [1])
        #expect(data.train[0].image.lastPathComponent == "00012.JPG")
        #expect(try data.train[0].captions().count == 10)
        #expect(try data.train[0].captions()[3] == "Caption 3 of 12.")
        #expect(try CaptionDataset(folder: folder, trainLimit: 1).train.map(\.number) == [12])
    }

    func complaint(_ folder: URL) -> Complaint? {
        defer { try? FileManager.default.removeItem(at: folder) }
        return #expect(throws: Complaint.self) { try CaptionDataset(folder: folder) }
    }

    @Test("gaps are counted before any work")
    func gaps() throws {
        let names = (0..<6).map { "imgHQ0000\($0).npy" }
        let found = complaint(
            try folder(images: ["0.jpg", "9.jpg"], captions: [0, 1, 2, 9], train: names, validation: ["9"]))
        #expect(found?.kind == .badData)
        #expect(
            found?.description.hasSuffix(
                "has 2 pictures and 4 caption files, but 5 of 6 listed have no picture (1, 2, 3 and 2 more) and 3 of 6 "
                    + "listed have no captions (3, 4, 5); complete the folder or shorten the lists") == true)
    }

    @Test("what else is wrong is said")
    func wrong() throws {
        #expect(
            complaint(try folder(images: ["0.jpg"], captions: [0], validation: ["imgHQ00000.npy"]))?.description
                .hasSuffix("0 in both the training and the validation list") == true)
        #expect(
            complaint(try folder(images: ["1.jpg", "01.png"], captions: [1]))?.description
                .contains("are both number 1") == true)
        #expect(
            complaint(try folder(images: ["0.jpg"], captions: [0], train: ["0", "imgHQ00000.npy"]))?.description
                .hasSuffix("celebahqtrain.txt, line 2: number 0 is listed twice") == true)
        #expect(
            complaint(try folder(images: ["0.jpg"], captions: [0], train: ["face.npy"]))?.description
                .contains("line 1: no number in \"face.npy\"") == true)
        #expect(complaint(try folder(images: ["0.jpg"], captions: [0], imageFolder: "faces"))?.kind == .missing)
        #expect(complaint(FileManager.default.temporaryDirectory.appending(path: UUID().uuidString))?.kind == .missing)
    }
}
