import Foundation
import TestSupport
import Testing

/// Where results go, and what of outside names reaches a terminal.
@Suite(
    "Output paths and names from outside", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent))
)
struct OutputPathTests {
    private func shell(_ script: String, _ place: borrowing Workplace) throws -> (code: Int32, complaints: String) {
        try BehaviourTests().shell(script, folder: place.folder)
    }

    private var encode: String {
        "$synesthesia encode --encoder \(TextStudyCommandTests.encoder("bert")) --captions captions.txt -q --out"
    }

    @Test("a pipe, the shell's own files and links get the result and stay what they are")
    func places() throws {
        let place = try Workplace()
        _ = try place.captionFile()
        let (code, complaints) = try shell(
            """
            set -e
            \(encode) plain.safetensors
            mkfifo pipe.safetensors; cat pipe.safetensors > piped & \(encode) pipe.safetensors; wait $!
            cmp plain.safetensors piped; [ -p pipe.safetensors ]
            ln -s target.safetensors link.safetensors; \(encode) link.safetensors
            [ -L link.safetensors ]; cmp plain.safetensors target.safetensors
            ! \(encode) . 2> folder.txt; grep -q "a folder of that name is in the way" folder.txt
            [ -z "$(find . -name '.*.partial')" ]
            """, place)
        #expect(code == 0, "\(complaints)")
    }

    @Test("nothing is written to an empty name, and help on a full disk is no success")
    func edges() throws {
        let place = try Workplace()
        _ = try place.captionFile()
        let (code, complaints) = try shell(
            """
            $synesthesia --help > /dev/full; echo "$?"
            $synesthesia encode --help > /dev/full; echo "$?"
            $synesthesia portraits --count 1 --out ""; echo "$?"
            $synesthesia portraits --count 1 --out=; echo "$?"
            $synesthesia inspect ""; echo "$?"
            $synesthesia portraits --count 1 --out $'\\xff'; echo "$?"
            (ulimit -v 350000; $synesthesia portraits --count 1 --out faces; echo "$?")
            (ulimit -v 350000; $synesthesia --version > version.txt; echo "$?")
            """.split(separator: "\n").map { "\($0) >> codes.txt" }.joined(separator: "\n"), place)
        #expect(code == 0)
        let codes = String(decoding: try place.bytes("codes.txt"), as: UTF8.self).split(separator: "\n")
        #expect(codes == ["1", "1", "64", "64", "64", "64", "1", "0"], "\(codes) \(complaints)")
        let lines = complaints.split(separator: "\n")
        #expect(
            lines.prefix(2).allSatisfy {
                $0 == "synesthesia: standard output cannot be written: No space left on device"
            })
        #expect(
            lines.count == 7 && lines[2] == "synesthesia: --out is given nothing; name what is meant", "\(complaints)")
        #expect(lines.last?.contains("allows this program only 358 MB of memory") == true)
        #expect(try place.names("") == ["captions.txt", "codes.txt", "complaints", "version.txt"])
    }

    /// Characters that a terminal obeys or hides.
    static let nasty = "\u{1B}[31m\u{9B}2J\u{202E}\u{200B}\u{7}"

    @Test("names from files are visible and short in messages, and exact in JSON")
    func names() throws {
        let place = try Workplace()
        let long = String(repeating: "x", count: 3_000_000)
        let dtype = #"{"w":{"dtype":"\#(Self.nasty)\#(long)","shape":[1],"data_offsets":[0,4]}}"#
        try write(
            header: dtype.unicodeScalars.map { $0.value < 0x20 ? String(format: "\\u%04x", $0.value) : "\($0)" }
                .joined(), to: place["dtype.safetensors"])
        let name = Self.nasty.unicodeScalars.map { $0.value < 0x20 ? String(format: "\\u%04x", $0.value) : "\($0)" }
            .joined()
        try write(
            header: #"{"\#(name)":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, to: place["name.safetensors"])
        try FileManager.default.createDirectory(at: place["model"], withIntermediateDirectories: true)
        _ = try place.file("model/config.json", #"{"model_type": "\#(name)\#(long)"}"#)
        _ = try place.file("groups.csv", "group,score\n\(Self.nasty),\(Self.nasty)\nb,2\n")
        let runs = try [
            CommandRun(["inspect", place.path("dtype.safetensors")]),
            CommandRun(["inspect", place.path("name.safetensors")]),
            CommandRun(["tokenize", "--encoder", place.path("model"), "--captions", "faces.txt"]),
            CommandRun([
                "encode", "--encoder", place.path("model"), "--captions", "faces.txt", "--out",
                place.path("o.safetensors"),
            ]),
            CommandRun(["significance", "--groups", place.path("groups.csv")]),
            CommandRun(["inspect", Self.nasty]),
            CommandRun(["fetch", "org/\(Self.nasty)"]),
            CommandRun(["\(Self.nasty)"]),
        ]
        for run in runs {
            let text = run.output + run.complaints
            #expect(!text.isEmpty && text.utf8.count < 3000, "\(run.arguments): \(text.utf8.count) bytes")
            for scalar in Self.nasty.unicodeScalars where scalar.value > 0x7e || scalar.value < 0x20 {
                #expect(
                    !text.unicodeScalars.contains(scalar),
                    "\(run.arguments) prints U+\(String(scalar.value, radix: 16))")
            }
        }
        let json = try CommandRun(["inspect", place.path("name.safetensors"), "--json"])
        let tensors = json.object?["tensors"] as? [[String: Any]]
        #expect(tensors?.first?["name"] as? String == Self.nasty, "\(json.output)")
        #expect(json.output.unicodeScalars.allSatisfy { $0 == "\n" || (0x20..<0x7f).contains($0.value) })
    }

    private func write(header: String, to file: URL) throws {
        var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
        bytes.append(Data(header.utf8))
        bytes.append(Data(count: 4))
        try bytes.write(to: file)
    }
}
