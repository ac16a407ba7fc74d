import Foundation
import SynTensors
import Testing

/// Frozen weights that processes of one machine hold once between them. Here the neighbour is this process itself.
@Suite("Memory in common", .serialized)
struct CommonMemoryTests {
    private let folder = "/dev/shm/synesthesia-test-\(getpid())"
    private var links: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] }

    private func numbers(_ first: Float) -> Tensor {
        Tensor((0..<100_000).map { $0 == 0 ? first : Float($0 % 977) / 7 }, shape: [100, 1_000])
    }

    @Test func equalNumbersAreHeldOnce() throws {
        let plain = numbers(1)
        #expect(!plain.heldInCommon().isBorrowed, "nothing is shared before there are neighbours")
        CommonMemory.begin(folder: folder)
        defer { CommonMemory.end() }
        let (first, second, other) = (numbers(1).heldInCommon(), numbers(1).heldInCommon(), numbers(2).heldInCommon())
        #expect(first.isBorrowed && second.isBorrowed && other.isBorrowed)
        #expect(first.floats == plain.floats && second.floats == plain.floats && other.floats == numbers(2).floats)
        #expect(links.count == 2)
        let (a, b, c) = (try #require(file(first)), try #require(file(second)), try #require(file(other)))
        #expect(a == b && a != c)
        #expect(!Tensor([1.5, 2], shape: [2]).heldInCommon().isBorrowed, "what is small is not worth it")
        #expect(first.heldInCommon().isBorrowed)
        #expect(links.count == 2)
        withExtendedLifetime((first, second, other)) {}
    }

    /// A link of the right name that leads to other bytes, or to nothing: the numbers are right all the same.
    @Test func linksAreNotBelieved() throws {
        CommonMemory.begin(folder: folder)
        defer { CommonMemory.end() }
        let kept = numbers(3).heldInCommon()
        var held = [kept]
        defer { withExtendedLifetime(held) {} }
        let link = folder + "/" + (try #require(links.first))
        let stranger = folder + "-stranger"
        for bytes in [Data(count: 400_000), Data(count: 7), nil] {
            try FileManager.default.removeItem(atPath: link)
            if let bytes { try bytes.write(to: URL(filePath: stranger)) }
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: stranger)
            let again = numbers(3).heldInCommon()
            #expect(again.floats == numbers(3).floats)
            let target = try FileManager.default.destinationOfSymbolicLink(atPath: link)
            #expect(target.hasPrefix("/proc/"))
            held.append(again)
            try? FileManager.default.removeItem(atPath: stranger)
        }
    }

    /// What its maker lets go of holds no memory: neither a link nor an open file is left, and who has it keeps it.
    @Test func whatIsLetGoOfIsFreed() throws {
        CommonMemory.begin(folder: folder)
        defer { CommonMemory.end() }
        var openFiles: Int {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
            return names.count {
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
                return target?.hasPrefix(folder + "/") == true
            }
        }
        var first: Tensor? = numbers(7).heldInCommon()
        let second = numbers(7).heldInCommon()
        #expect(first?.isBorrowed == true && second.isBorrowed)
        #expect(links.count == 1 && openFiles == 1)
        first = nil
        #expect(links.isEmpty && openFiles == 0)
        #expect(second.floats == numbers(7).floats)
    }

    @Test func whatKilledProcessesLeaveIsSwept() throws {
        CommonMemory.begin(folder: folder)
        let ended = Process()
        ended.executableURL = URL(filePath: "/bin/true")
        try ended.run()
        ended.waitUntilExit()
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/1-2", withDestinationPath: "/proc/\(ended.processIdentifier)/fd/3")
        CommonMemory.begin(folder: folder)
        #expect(links.isEmpty)
        CommonMemory.end()
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    /// Which file's pages a tensor's numbers are, by the system's map of this process.
    private func file(_ tensor: Tensor) -> Substring? {
        let address = tensor.withFloats { UInt(bitPattern: $0.baseAddress) }
        // Its size is told as 0, so it has to be read to its end.
        let bytes = FileHandle(forReadingAtPath: "/proc/self/maps")?.readDataToEndOfFile() ?? Data()
        let maps = String(decoding: bytes, as: UTF8.self)
        for line in maps.split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            if ends.count == 2, ends[0] <= address, address < ends[1], fields.count > 4 { return fields[4] }
        }
        return nil
    }
}
