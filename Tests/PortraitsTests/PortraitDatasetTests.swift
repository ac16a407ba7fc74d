import Foundation
import SynImages
import SynPortraits
import TestSupport
import Testing

@Suite struct PortraitDatasetTests {
    @Test func writesMultiModalCelebAHQsLayout() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let world = PortraitWorld()
        let dataset = PortraitDataset(world: world, directory: folder, indices: 3..<15, size: 32)
        try dataset.prepare()
        for index in dataset.indices {
            #expect(!dataset.holds(index))
            try dataset.write(index)
            #expect(dataset.holds(index))
        }
        try dataset.finish()

        func text(_ path: String) throws -> String {
            try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        }
        for index in dataset.indices {
            let image = try Image(contentsOf: folder.appending(path: "celeba-hq/\(index).png"))
            #expect(image == world.portrait(at: index).image(size: 32))
            let captions = try text("celeba-caption/\(index).txt").split(separator: "\n").map(String.init)
            #expect(captions == world.portrait(at: index).captions)
        }
        #expect(try text("celebahqvalidation.txt") == "imgHQ00005.npy\nimgHQ00011.npy\n")
        #expect(try text("celebahqtrain.txt").split(separator: "\n").count == 10)
        let table = try text("CelebAMask-HQ-attribute-anno.txt").split(separator: "\n")
        #expect(table[0] == "12")
        #expect(table[1].split(separator: " ").compactMap { PortraitAttribute(name: String($0)) }.count == 40)
        #expect(table.count == 14)
        let row = table[2].split(separator: " ")
        #expect(row[0] == "3.jpg")
        let attributes = world.portrait(at: 3).attributes
        #expect(row.dropFirst().map { $0 == "1" } == PortraitAttribute.allCases.map { attributes[$0] })
    }

    @Test func aFolderThatCannotBeWrittenIsNamed() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "occupied")
        try Data().write(to: file)
        let dataset = PortraitDataset(directory: file, indices: 0..<1)
        do {
            try dataset.prepare()
            Issue.record("A file was taken for a folder.")
        } catch {
            #expect("\(error)".contains("occupied"))
        }
    }
}
