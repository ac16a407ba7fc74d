import Foundation
import SynCheckpoints
import SynTensors
import TestSupport
import Testing

@Suite struct SafetensorsReading {
    let file: SafetensorsFile
    init() throws { file = try SafetensorsFile(Fixture.url("checkpoints/every-format.safetensors")) }

    @Test func namesShapesAndMetadata() {
        #expect(file.metadata == ["note": "a \"quoted\" 🙂 note\u{1}"])
        #expect(file.shape(of: "full") == [7, 5])
        #expect(file.shape(of: "scalar") == [])
        #expect(file.shape(of: "naïve \"ключ\"\n") == [2])
        #expect(file.shape(of: "absent") == nil)
        #expect(file.names.count == 15)
    }

    @Test(arguments: ["half", "brain", "special.half"]) func sixteenBitsWidenExactly(name: String) throws {
        let read = try file.tensor(name).floats.map(\.bitPattern)
        let expected = try file.tensor(name + ".widened").floats.map(\.bitPattern)
        #expect(read == expected)
    }

    @Test func wholeNumbers() throws {
        #expect(try file.tensor("numbers.long").integers == file.tensor("numbers.int").integers)
        #expect(try file.tensor("bytes").integers == [250, 251, 252, 253, 254, 255])
        #expect(try file.tensor("flags").integers == [1, 0, 1])
        #expect(throws: CheckpointError.self) { try file.tensor("too.large") }
        #expect(try file.tensor("scalar").item == 2.5)
        #expect(try file.tensor("nothing").shape == [0, 4])
    }

    @Test func bfloat16StaysNarrowOnRequest() throws {
        let narrow = try file.tensor("brain", precision: .bfloat16)
        #expect(narrow.elementType == .bfloat16)
        #expect(try narrow.floats == file.tensor("brain.widened").floats)
        #expect(try file.tensor("full", precision: .bfloat16).floats == file.tensor("brain.widened").floats)
    }

    @Test func tensorsOutliveTheFileObject() throws {
        func read() throws -> Tensor { try SafetensorsFile(file.url).tensor("full") }
        let tensor = try read()
        #expect(try tensor.floats == file.tensor("full").floats)
    }
}

@Suite struct SafetensorsWriting {
    @Test func whatIsWrittenIsReadBack() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let values = Tensor([1, -2.5, 1e-30, 3e38, .infinity, 0.1], shape: [2, 3])
        let tensors: [(name: String, tensor: Tensor)] = [
            ("b", values), ("a \"x\"\n", Tensor([Int32.min, 7, Int32.max], shape: [3])),
            ("narrow", values.converted(to: .bfloat16)), ("scalar", Tensor(4)), ("empty", .zeros([0, 2])),
        ]
        let url = folder.appending(path: "out.safetensors")
        try writeSafetensors(tensors, metadata: ["step": "12\u{2}"], to: url)
        let file = try SafetensorsFile(url)
        #expect(file.metadata == ["step": "12\u{2}", "format": "pt"])
        for (name, tensor) in tensors {
            let back = try file.tensor(name, precision: tensor.elementType == .bfloat16 ? .bfloat16 : .float32)
            #expect(back.shape == tensor.shape && back.elementType == tensor.elementType)
            #expect(back.floats == tensor.floats)
        }
        let again = folder.appending(path: "again.safetensors")
        try writeSafetensors(tensors, metadata: ["step": "12\u{2}"], to: again)
        #expect(try Data(contentsOf: url) == Data(contentsOf: again))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    /// The fixture holds what PyTorch rounds the same numbers to.
    @Test func halvesRoundAsPyTorchRounds() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let reference = try SafetensorsFile(Fixture.url("checkpoints/every-format.safetensors"))
        let full = try reference.tensor("full")
        for (format, name) in [(FloatsOnDisk.float16, "half"), (.bfloat16, "brain")] {
            let url = folder.appending(path: name)
            try writeSafetensors([("x", full)], floats: format, to: url)
            #expect(try SafetensorsFile(url).tensor("x").floats == reference.tensor(name + ".widened").floats)
        }
    }

    /// Every half there is goes to Float32 and back to itself; a step either side of a tie goes to the right side.
    @Test func everyHalfSurvives() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "halves")
        let halves = (0..<0x7C00).map { Float16(bitPattern: UInt16($0)) }.map(Float.init)
        let ties = zip(halves, halves.dropFirst()).flatMap { low, high in
            let middle = (low + high) / 2
            return [middle.nextDown, middle, middle.nextUp]
        }
        let all = Tensor(halves + ties, shape: [halves.count + ties.count])
        try writeSafetensors([("x", all)], floats: .float16, to: url)
        let back = try SafetensorsFile(url).tensor("x").floats
        #expect(back == (halves + ties).map { Float(Float16($0)) })
    }

    @Test func refusals() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        func failure(_ name: String, _ tensors: [(name: String, tensor: Tensor)], _ floats: FloatsOnDisk) -> String {
            do {
                try writeSafetensors(tensors, floats: floats, to: folder.appending(path: name))
                return "no error"
            } catch { return "\(error)" }
        }
        #expect(failure("f", [("w", Tensor(70000))], .float16).contains("tensor w holds 70000.0, too large"))
        #expect(failure("f", [("w", Tensor(1)), ("w", Tensor(2))], .float32).contains("w is given twice"))
        #expect(failure("no/such/folder", [("w", Tensor(1))], .float32).contains("such does not exist"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}

/// Files that were cut, damaged or made to mislead: one sentence each, never a trap.
@Suite struct DamagedSafetensors {
    private func error(header: String, data: Int, length: Int? = nil) throws -> String {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "bad.safetensors")
        var bytes = withUnsafeBytes(of: UInt64(length ?? header.utf8.count).littleEndian) { Data($0) }
        bytes.append(Data(header.utf8))
        bytes.append(Data(count: data))
        try bytes.write(to: url)
        do {
            _ = try SafetensorsFile(url)
            return "no error"
        } catch { return "\(error)" }
    }

    @Test(arguments: [
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8, "no error"),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   "#, 8, "no error"),
        ("{}", 0, "no error"),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7, "tensor w should lie at bytes 0 to 8"),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9, "the last 1 bytes belong to no tensor"),
        (#"{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "needs 12 bytes, but 8 are stored"),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "tensor w should lie"),
        (#"{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0, "impossibly large"),
        (#"{"w":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#, 8, "a number is too large"),
        (#"{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8, "a whole number is expected"),
        (#"{"w":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}"#, 8, "unknown type F99"),
        (#"{"w":{"dtype":"F32","shape":[2]}}"#, 8, "lacks one of"),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}"#, 8, "unknown property x"),
        (
            #"""
            {"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
            "w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
            """#,
            8, "names the tensor w twice"
        ),
        (
            #"""
            {"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
            "w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}
            """#,
            12, "tensor w overlaps"
        ),
        (
            #"""
            {"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
            "w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}
            """#,
            12, "tensor w leaves a hole"
        ),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#, 8, "} is expected"),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}x"#, 8, "something follows the end"),
        (#"{"w\ud800":{}}"#, 0, "half a surrogate pair"),
        (#"{"w\u00zz":{}}"#, 0, "without four digits"),
        (#"{"w"#, 0, "a string has no end"),
        (#"["w"]"#, 0, "{ is expected"),
    ]) func header(_ header: String, _ data: Int, _ expected: String) throws {
        let message = try error(header: header, data: data)
        #expect(message.contains(expected), "\(message)")
        #expect(message == "no error" || message.contains("bad.safetensors"))
    }

    @Test func lengths() throws {
        #expect(try error(header: "{}", data: 0, length: 3).contains("was cut: its header should end at byte 11"))
        #expect(try error(header: "{}", data: 0, length: Int.max).contains("is not a safetensors file"))
        #expect(throws: CheckpointError.self) { try SafetensorsFile(URL(filePath: "/no/such/file")) }
        #expect(throws: CheckpointError.self) { try SafetensorsFile(URL(filePath: "/dev/null")) }
    }

    /// Wherever a file is cut, reading it is an error and not a trap.
    @Test func everyCut() throws {
        let whole = try Data(contentsOf: Fixture.url("checkpoints/every-format.safetensors"))
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "cut.safetensors")
        for length in 0..<whole.count {
            try whole.prefix(length).write(to: url)
            #expect(throws: CheckpointError.self) { try SafetensorsFile(url) }
        }
    }
}
