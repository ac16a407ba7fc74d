import Foundation
import SynCheckpoints
import TestSupport
import Testing

/// What pickles ask for, and how much work they can make.
@Suite struct HostilePickles {
    /// A legacy file without storages around a pickle.
    private func open(_ pickle: [UInt8]) throws -> (contents: CheckpointContents?, said: String) {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        // magic
        var data = Data([0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E])
        data += [0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E] + pickle + [0x80, 2, 0x5D, 0x2E]
        let url = folder.appending(path: "bad.pt")
        try data.write(to: url)
        var contents: CheckpointContents?
        let said = sentence { contents = try CheckpointContents(of: url) }
        return (contents, said)
    }

    private func call(_ module: String, _ name: String) -> [UInt8] {
        [0x80, 2] + Array("c\(module)\n\(name)\n".utf8) + [0x29, 0x52, 0x2E]
    }

    @Test(arguments: [
        ("io", "open"), ("codecs", "open"), ("pip", "main"), ("pip._internal", "main"), ("_io", "FileIO"),
        ("asyncio", "run"),
        ("torch.serialization", "os.system"), ("numpy", "load"), ("torch", "load"), ("torch.hub", "load"),
        ("pathlib", "Path.write_text"),
        ("timeit", "timeit"), ("builtins", "exec"), ("shutil", "rmtree"), ("types", "CodeType"),
        ("numpy.testing._private.utils", "runstring"),
        ("pydoc", "locate"), ("cProfile", "run"), ("profile", "run"), ("code", "InteractiveInterpreter"),
        ("yaml", "unsafe_load"),
    ]) func reachingOut(module: String, name: String) throws {
        #expect(try open(call(module, name)).contents?.hostile == ["\(module).\(name)"])
    }

    @Test(arguments: [
        ("io", "BytesIO"), ("pathlib", "PosixPath"), ("builtins", "getattr"), ("code.models", "Net"),
        ("profile", "Settings"),
        ("collections", "OrderedDict"), ("logging", "getLogger"), ("numpy.core.multiarray", "_reconstruct"),
        ("functools", "partial"),
        ("torch.nn.modules.linear", "Linear"), ("argparse", "Namespace"),
        ("torch._dynamo.eval_frame", "OptimizedModule"),
    ]) func harmless(module: String, name: String) throws {
        #expect(try open(call(module, name)).contents?.hostile == [])
    }

    /// functools.partial(os.system): named to be handed on, never called itself.
    @Test func handedOn() throws {
        let pickle: [UInt8] = [0x80, 2] + Array("cfunctools\npartial\ncos\nsystem\n".utf8) + [0x85, 0x52, 0x2E]
        #expect(try open(pickle).contents?.hostile == ["os.system"])
    }

    /// 100,000 objects that share one dictionary of 300,000 entries for their attributes.
    @Test func sharedAttributesAreNoEndlessWork() throws {
        var pickle: [UInt8] = [0x80, 2] + Array("cproject\nThing\nq".utf8) + [0, 0x30, 0x7D, 0x28]
        for i in 0..<300_000 { pickle += [0x4A] + withUnsafeBytes(of: Int32(i).littleEndian) { Array($0) } + [0x4E] }
        pickle += [0x75, 0x71, 1, 0x30, 0x28]
        for _ in 0..<100_000 { pickle += [0x68, 0, 0x29, 0x81, 0x68, 1, 0x62] }   // Thing.__new__, its attributes
        let start = ContinuousClock.now
        let said = try open(pickle + [0x6C, 0x2E]).said
        let time = ContinuousClock.now - start
        print("shared attributes: \(time), \(said.prefix(80))")
        #expect(time < .seconds(20) && said != "no error")
    }

    /// A text of 8 MB, made bytes 100,000 times.
    @Test func encodingAgainAndAgainIsNoEndlessWork() throws {
        let text =
            [UInt8](repeating: 0xC3, count: 1 << 23).enumerated().map { $0.offset % 2 == 0 ? 0xC3 : 0xA9 } as [UInt8]
        var pickle: [UInt8] =
            [0x80, 2, 0x58] + withUnsafeBytes(of: UInt32(text.count).littleEndian) { Array($0) } + text
        pickle += [0x71, 1, 0x30] + Array("c_codecs\nencode\nq".utf8) + [0, 0x30, 0x28]
        for _ in 0..<100_000 { pickle += [0x68, 0, 0x68, 1, 0x85, 0x52] }
        let start = ContinuousClock.now
        _ = try open(pickle + [0x6C, 0x2E])
        let time = ContinuousClock.now - start
        print("encoding again and again: \(time)")
        #expect(time < .seconds(20))
    }
}
