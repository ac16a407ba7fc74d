import Foundation
import SynFiles
import SynProbe
import SynRuns
import SynTraining
import TestSupport
import Testing

@Suite("Data sets in Multi-Modal CelebA-HQ's layout")
struct CaptionDatasetTests {
    /// Pictures (empty files), captions and lists in a temporary folder.
    func folder(
        images: [String], captions: [Int], train: [String] = ["imgHQ00000.npy"],
        validation: [String] = ["imgHQ00001.npy"],
        imageFolder: String = "celeba-hq", captionFolder: String = "celeba-caption"
    ) throws -> URL {
        let folder = try Fixture.temporaryFolder()
        let imageFolder = folder.appending(path: imageFolder)
        let captionFolder = folder.appending(path: captionFolder)
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

    /// As the drawn world, the paper's repository, the release and CelebAMask-HQ have them.
    static let layouts = [
        ("celeba-hq", "celeba-caption"), ("celebahq", "celebahq-caption"), ("image", "text/celeba-caption"),
        ("image/images", "text"), ("images", "captions"), ("CelebA-HQ-img", "celeba-captions"),
    ]

    @Test("names are numbers, lists give the order", arguments: layouts)
    func reads(_ imageFolder: String, _ captionFolder: String) throws {
        let folder = try folder(
            images: ["0.jpg", "1.png", "00012.JPG", "notes.md"], captions: [0, 1, 12],
            train: ["imgHQ00012.npy", "imgHQ00000.npy"], imageFolder: imageFolder, captionFolder: captionFolder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = try CaptionDataset(folder: folder)
        #expect(data.train.map(\.number) == [12, 0] && data.validation.map(\.number) == [1])
        #expect(data.train[0].image.lastPathComponent == "00012.JPG")
        #expect(data.train[0].captions.count == 10 && data.train[0].captions[3] == "Caption 3 of 12.")
        #expect(try CaptionDataset(folder: folder, trainLimit: 1).train.map(\.number) == [12])
        #expect(data.remark == nil)
    }

    @Test("an empty folder does not stand in the way of the next name")
    func emptyFolder() throws {
        let folder = try folder(images: ["0.jpg", "1.jpg"], captions: [0, 1], imageFolder: "image/images")
        defer { try? FileManager.default.removeItem(at: folder) }
        try AtomicFile.makeFolder(folder.appending(path: "celeba-hq"))
        #expect(try CaptionDataset(folder: folder).train.count == 1)
    }

    @Test("the drawn world's folders are read by the same code")
    func drawn() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let portraits = try PortraitFolder(folder, count: 12, size: 16, seed: nil)
        try portraits.write(portraits.missing[...])
        try portraits.finish()
        let data = try CaptionDataset(folder: folder)
        #expect(data.train.count == 10 && data.validation.count == 2)
        #expect((data.train + data.validation).allSatisfy { $0.captions.count == 10 })
    }

    /// taming's real lists, with made-up files for a few of the portraits.
    @Test("the real lists", .enabled(if: Fixture.sharedData("celebahq") != nil, Comment(rawValue: Fixture.absent)))
    func realLists() throws {
        func lines(_ name: String) throws -> [String] {
            let file = try #require(Fixture.sharedData("celebahq/\(name).gz"))
            let process = Process()
            let pipe = Pipe()
            (process.executableURL, process.arguments) = (URL(filePath: "/usr/bin/env"), ["gzip", "-dc", file.path])
            process.standardOutput = pipe
            try process.run()
            let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return text.split(separator: "\n").map(String.init)
        }
        let (train, validation) = (try lines("taming_celebahqtrain.txt"), try lines("taming_celebahqvalidation.txt"))
        #expect(train.count == 25_000 && validation.count == 5_000)
        func numbers(_ names: [String]) -> [Int] { names.compactMap { Int($0.dropFirst(5).dropLast(4)) } }
        let some = numbers(Array(train.prefix(300))) + numbers(Array(validation.prefix(60)))
        let folder = try folder(
            images: some.map { "\($0).jpg" }, captions: some, train: train, validation: validation,
            imageFolder: "image",
            captionFolder: "text/celeba-caption")
        let data = try CaptionDataset(folder: folder, trainLimit: 300, validationLimit: 60)
        #expect((data.train + data.validation).map(\.number) == some)
        #expect(
            complaint(folder)?.description.contains(
                "has 360 pictures and 360 caption files, but 29640 of 30000 listed have no picture (") == true)
    }

    func complaint(_ folder: URL) -> UserError? {
        defer { try? FileManager.default.removeItem(at: folder) }
        return #expect(throws: UserError.self) { try CaptionDataset(folder: folder) }
    }

    @Test("gaps are counted before any work")
    func gaps() throws {
        let names = (0..<6).map { "imgHQ0000\($0).npy" }
        let found = complaint(
            try folder(images: ["0.jpg", "9.jpg"], captions: [0, 1, 2, 9], train: names, validation: ["9"]))
        #expect(found?.kind == .badData)
        #expect(
            found?.description.hasSuffix(
                "has 2 pictures and 4 caption files, but 5 of 7 listed have no picture (1, 2, 3 and 2 more) and 3 of 7 "
                    + "listed have no captions (3, 4, 5); complete the folder or shorten the lists") == true)
    }

    @Test("empty and broken caption files are counted, strays are remarked on")
    func captionFiles() throws {
        let names = (0..<6).map { "imgHQ0000\($0).npy" }
        func spoiled(_ texts: [Int: String]) throws -> URL {
            let made = try folder(
                images: (0..<8).map { "\($0).jpg" }, captions: Array(0..<7) + [20, 21], train: names, validation: ["6"])
            for (number, text) in texts {
                try AtomicFile.write(text, to: made.appending(path: "celeba-caption/\(number).txt"))
            }
            return made
        }
        let counts = "has 8 pictures and 9 caption files, but"
        #expect(
            complaint(try spoiled([2: "", 4: " \n\n"]))?.description
                .hasSuffix(
                    "\(counts) 2 of 7 listed have an empty caption file (2, 4); complete the folder or shorten the "
                        + "lists"
                ) == true)
        #expect(
            complaint(try spoiled([3: "a\n\nb\n"]))?.description.contains("3.txt, line 2: the caption is empty") == true
        )
        #expect(
            complaint(try spoiled([3: "a\n\nb\n", 5: "\u{FEFF}a\n \n"]))?.description
                .contains("\(counts) 2 caption files cannot be used, the first because: ") == true)
        let strays = try spoiled([1: "classic\rMac"])
        defer { try? FileManager.default.removeItem(at: strays) }
        let data = try CaptionDataset(folder: strays)
        #expect(data.train[1].captions == ["classic", "Mac"])
        #expect(
            data.remark
                == "\(strays.path): 1 of 8 pictures have no captions and 2 of 9 caption files have no picture; no "
                + "list names them"
        )
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
