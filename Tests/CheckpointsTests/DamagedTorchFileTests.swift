import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

/// Files that were cut, damaged or made to mislead: one sentence each, never a trap, never much memory.
@Suite struct DamagedTorchFiles {
    // MARK: - By hand

    /// A legacy file around a pickle, with storage "0" of so many floats behind it, or no storage.
    private func file(_ pickle: [UInt8], storage: Int = 6) -> Data {
        // magic
        var data = Data([0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E])
        data += [0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E]   // 1001, {}
        data += pickle
        if storage == 0 { return data + [0x80, 2, 0x5D, 0x2E] }
        data += [0x80, 2] + Array("]X".utf8) + [1, 0, 0, 0] + Array("0a.".utf8)
        data +=
            withUnsafeBytes(of: UInt64(storage).littleEndian) { Array($0) } + [UInt8](repeating: 0, count: 4 * storage)
        return data
    }

    /// {"w": a tensor over storage "0" of `count` floats}
    private func tensor(offset: Int32 = 0, shape: [Int], strides: [Int], count: Int32 = 6) -> [UInt8] {
        func text(_ s: String) -> [UInt8] { [0x58, UInt8(s.utf8.count), 0, 0, 0] + Array(s.utf8) }
        func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }
        func integer(_ n: Int32) -> [UInt8] { [0x4A] + withUnsafeBytes(of: n.littleEndian) { Array($0) } }
        func long(_ n: Int) -> [UInt8] { [0x8A, 8] + withUnsafeBytes(of: n.littleEndian) { Array($0) } }
        func tuple(_ n: [Int]) -> [UInt8] { [0x28] + n.flatMap(long) + [0x74] }
        var bytes: [UInt8] = [0x80, 2, 0x7D] + text("w")
        bytes += global("torch._utils", "_rebuild_tensor_v2") + [0x28, 0x28] + text("storage")
        bytes += global("torch", "FloatStorage") + text("0") + text("cpu") + integer(count) + [0x74, 0x51]
        return bytes + integer(offset) + tuple(shape) + tuple(strides) + [0x89, 0x7D, 0x74, 0x52, 0x73, 0x2E]
    }

    private func refusal(_ data: Data, reading: Bool = true) throws -> String {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "bad.pt")
        try data.write(to: url)
        let said = sentence {
            let weights = try Weights(reading: url)
            guard reading else { return }
            for entry in try CheckpointContents(of: url).tensors {
                _ = try weights.scope.tensor(entry.name, entry.shape, initially: .zeros)
            }
        }
        #expect(said == "no error" || said.contains("bad.pt"), "\(said)")
        return said
    }

    static let views: [(offset: Int32, shape: [Int], strides: [Int], piece: String)] = [
        (0, [2, 3], [3, 1], "no error"), (0, [3, 2], [1, 3], "no error"), (6, [0, 3], [3, 1], "no error"),
        (1, [2, 3], [3, 1], "reaches element 6 of a storage of 6"), (-1, [2], [1], "impossible shape [2]"),
        (0, [2], [-1], "impossible shape"), (0, [-2], [1], "impossible shape"), (0, [2, 3], [3], "impossible shape"),
        (0, [1 << 62, 4], [0, 0], "impossibly large shape"), (0, [3], [1 << 62], "impossibly large shape"),
        (0, [3], [Int.max], "impossibly large shape"), (0, [1 << 40], [0], "repeats few numbers so often"),
        (0, [1 << 31, 1 << 31, 0], [0, 0, 0], "impossibly large shape"), (0, [5, 2], [0, 3], "no error"),
    ]

    @Test(arguments: views) func viewsMustLieInTheirStorage(
        view: (offset: Int32, shape: [Int], strides: [Int], piece: String)
    ) throws {
        let said = try refusal(file(tensor(offset: view.offset, shape: view.shape, strides: view.strides)))
        #expect(said.contains(view.piece), "\(said)")
    }

    @Test func storagesMustBeWhole() throws {
        let pickle = tensor(shape: [2, 3], strides: [3, 1], count: 7)
        #expect(try refusal(file(pickle)).contains("has a storage of 7 elements, but only 6 are there"))
        let whole = file(tensor(shape: [2, 3], strides: [3, 1]))
        #expect(try refusal(whole.dropLast()).contains("was cut within its storages"))
        #expect(try refusal(whole.dropLast(25)).contains("was cut within its storages"))
    }

    static let pickles: [(pickle: [UInt8], piece: String)] = [
        ([0x80, 2, 0xFF, 0x2E], "0xff is no instruction of a pickle"), ([0x80, 9, 0x2E], "unknown protocol 9"),
        ([0x80, 2, 0x2E], "a value is missing"), ([0x80, 2, 0x74, 0x2E], "a mark is missing"),
        ([0x80, 2, 0x68, 3, 0x2E], "the value 3 is recalled"), ([0x80, 2, 0x4E, 0x61, 0x2E], "a value is missing"),
        ([0x80, 2, 0x4E, 0x4E, 0x61, 0x2E], "given to a value that holds none"),
        ([0x80, 2, 0x28, 0x4E, 0x64, 0x2E], "a key without a value"),
        ([0x80, 2, 0x7D, 0x4E, 0x61, 0x2E], "none of their kind"),
        ([0x80, 2, 0x58, 0xFF, 0xFF, 0xFF, 0x7F, 0x2E], "2147483647 bytes should follow"),
        ([0x80, 4, 0x8D] + [UInt8](repeating: 0xFF, count: 8), "18446744073709551615 bytes should follow"),
        ([0x80, 4, 0x95] + [UInt8](repeating: 0x7F, count: 8), "bytes should follow"),
        ([0x80, 2, 0x4E, 0x29, 0x52, 0x2E], "called that has no name"),
        ([0x80, 2, 0x82, 1, 0x2E], "a number that only its writer"),
        ([0x80, 5, 0x97, 0x2E], "outside of the file"),
        ([0x80, 2, 0x49, 0x31, 0x0A, 0x2E], "an instruction of protocol 0"),
        ([0x80, 2, 0x4E, 0x51, 0x2E], "that is no storage"), ([0x80, 2, 0x28, 0x63, 0x61, 0x62], "the pickle was cut"),
    ]

    @Test(arguments: pickles) func picklesMustMakeSense(pickle: [UInt8], piece: String) throws {
        // "the pickle was cut" comes of the name that has no end, whose search meets the keys behind.
        let said = try refusal(file(pickle))
        #expect(said.contains(piece) || piece == "the pickle was cut" && said != "no error", "\(said)")
    }

    // MARK: - Bombs

    /// Forty lists, each twice in the next: 2^40 elements for whoever walks them all.
    @Test func listsWithinListsDoNotExplode() throws {
        var pickle: [UInt8] = [0x80, 2, 0x5D]
        pickle += tensor(shape: [1], strides: [1]).dropFirst(2).dropLast() + [0x61]
        for _ in 0..<40 { pickle += [0x32, 0x86] }   // DUP, TUPLE2
        let said = try refusal(file(pickle + [0x2E]))
        #expect(said.contains("so often that their names do not end"), "\(said)")
    }

    /// A million lists, each in the next: neither reading nor letting go of them may recurse.
    @Test func aMillionLevelsAreNoDanger() throws {
        var pickle: [UInt8] = [0x80, 2, 0x5D]
        for _ in 0..<1_000_000 { pickle += [0x85] }
        #expect(try refusal(file(pickle + [0x2E], storage: 0)) == "no error")
    }

    /// A list that holds itself.
    @Test func circlesEnd() throws {
        #expect(try refusal(file([0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E], storage: 0)) == "no error")
    }

    @Test func smallInstructionsMakeNoEndlessValues() throws {
        let nothing = [UInt8](repeating: 0x4E, count: 5 << 20)
        #expect(try refusal(file([0x80, 2, 0x28] + nothing + [0x6C, 0x2E])).contains("makes too many values"))
        // A list of 100000, made a set again and again by ten bytes each.
        var pickle: [UInt8] = [0x80, 2] + Array("c__builtin__\nset\nq".utf8) + [0, 0x30, 0x28]
        pickle += [UInt8](repeating: 0x4E, count: 100_000) + [0x6C, 0x71, 1, 0x30, 0x28]
        for _ in 0..<10_000 { pickle += [0x68, 0, 0x68, 1, 0x85, 0x52] }
        #expect(try refusal(file(pickle + [0x6C, 0x2E])).contains("makes too many values"))
    }

    // MARK: - By chance

    static let seeds =
        TorchFiles.written + [
            "hostile.pt", "hostile-legacy.pt", "deflated.pt", "not-torch.pkl", "every-format.safetensors",
        ]

    /// Thousands of changes to each file, the same ones each time. Any outcome will do but a trap; whatever opens is
    /// read.
    @Test(arguments: seeds) func changedFilesNeverTrap(name: String) throws {
        let original = [UInt8](try Data(contentsOf: Fixture.url("checkpoints/\(name)")))
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "changed")
        var stream = RandomStream(seed: 9, purpose: "changes of " + name, index: 0)
        var refused = 0
        let rounds = 2000
        for _ in 0..<rounds {
            try Data(changed(original, &stream)).write(to: url)
            do {
                let weights = try Weights(reading: url)
                for entry in try CheckpointContents(of: url).tensors {
                    _ = try? weights.scope.tensor(entry.name, entry.shape, initially: .zeros)
                }
            } catch let error as CheckpointError {
                refused += 1
                #expect(error.message.contains("changed"), "\(error.message)")
            }
        }
        print("\(name): \(refused) of \(rounds) changed files refused, none trapped")
        #expect(refused > 0)
    }

    /// One to four changes: a byte, a bit, a large number, a cut, a doubled or a moved piece.
    private func changed(_ original: [UInt8], _ stream: inout RandomStream) -> [UInt8] {
        func below(_ count: Int) -> Int { count < 1 ? 0 : Int(stream.next() % UInt64(count)) }
        var bytes = original
        for _ in 0...below(4) {
            guard !bytes.isEmpty else { return bytes }
            // Most that matters stands at the ends: half of the changes go there.
            let reach = min(bytes.count, 1500)
            let place: Int
            switch below(4) {
            case 0: place = below(reach)
            case 1: place = bytes.count - 1 - below(reach)
            default: place = below(bytes.count)
            }
            switch below(7) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: stream.next())
            case 1: bytes[place] ^= 1 << UInt8(below(8))
            case 2:
                let number: UInt64 = [0, 1, 0x7F, 0xFFFF_FFFF, UInt64.max, 1 << 63, 1 << 62, 0x8000_0000][below(8)]
                for i in 0..<min(8, bytes.count - place) {
                    bytes[place + i] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(i)))
                }
            case 3: bytes.removeLast(bytes.count - place)
            case 4: bytes.remove(at: place)
            case 5:
                bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + below(40))], at: below(bytes.count))
            default:
                bytes[place] =
                    [0x28, 0x29, 0x2E, 0x52, 0x62, 0x65, 0x68, 0x71, 0x74, 0x75, 0x81, 0x85, 0x93][below(13)]
            }
        }
        return bytes
    }
}
