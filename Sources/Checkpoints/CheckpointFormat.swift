/// How a checkpoint file is written; told from its first bytes, never from its name.
package enum CheckpointFormat: String, Sendable, Encodable {
    case safetensors
    /// `torch.save` of PyTorch 1.6 and later.
    case torchZip = "PyTorch zip archive"
    /// `torch.save` before PyTorch 1.6.
    case torchLegacy = "PyTorch file from before 1.6"
    /// `torch.jit.save`.
    case torchScript = "TorchScript archive"
}

/// One checkpoint file of any format: its tensors, unread.
struct CheckpointFile: Sendable {
    let file: MappedFile
    let format: CheckpointFormat
    /// All that it holds, an optimiser's too; `model` is what the names begin with that are probably the model's.
    let tensors: [StoredTensor]
    let model: String
    /// Tensors that are there and cannot be read, and why.
    let faults: [String: CheckpointError]
    let metadata: [String: String]
    let otherTensorCount: Int
    let uncalled: [String]
    /// The classes of the objects in a pickle.
    let classes: Set<Substring>

    init(_ file: MappedFile) throws {
        self.file = file
        let bytes = file.bytes
        if ZipArchive.begins(bytes) || bytes.first == 0x80 && !Self.looksLikeSafetensors(bytes) {
            let torch = try ZipArchive.begins(bytes) ? TorchFile(zip: file) : TorchFile(legacy: file)
            (format, tensors, metadata) = (torch.format, torch.tensors, [:])
            (otherTensorCount, uncalled) = (torch.otherTensorCount, torch.uncalled)
            (model, faults, classes) = (torch.model, torch.faults, torch.classes)
        } else {
            if let stranger = Self.stranger(bytes) { throw CheckpointError("\(file.url.path) is \(stranger).") }
            let safetensors = try SafetensorsFile(file)
            (format, tensors, metadata) = (.safetensors, safetensors.tensors, safetensors.metadata)
            (otherTensorCount, uncalled) = (0, [])
            (model, faults, classes) = ("", [:], [])
        }
    }

    /// The probable model's, named as below its key.
    var modelTensors: [(name: String, tensor: StoredTensor)] {
        tensors.filter { $0.name.hasPrefix(model) }.map { (String($0.name.dropFirst(model.count)), $0) }
    }

    /// A header of 128 bytes, or so many more than a multiple of 256, begins with the byte of a pickle.
    private static func looksLikeSafetensors(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count > 8 && bytes[8] == UInt8(ascii: "{") && bytes[6] == 0 && bytes[7] == 0
    }

    /// What else people find in place of a checkpoint.
    private static func stranger(_ bytes: UnsafeRawBufferPointer) -> String? {
        func begins(_ text: String, at place: Int = 0) -> Bool { bytes.dropFirst(place).starts(with: text.utf8) }
        if begins("version https://git-lfs") {
            return "a Git LFS pointer, not the file itself: run 'git lfs pull' beside it"
        }
        if begins("<!DOCTYPE") || begins("<!doctype") || begins("<html") {
            return "a web page: the download gave a page instead of the file"
        }
        if begins("ustar", at: 257) { return "a tar archive of PyTorch before 0.2, which is not read: save it again" }
        guard let length = bytes.number(UInt64.self, at: 0), length <= SafetensorsHeader.longestHeader else {
            return bytes.count < 8 ? nil : "no checkpoint: neither a safetensors file nor one of PyTorch"
        }
        return nil
    }
}
