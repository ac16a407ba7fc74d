import Foundation
import FuzzTargets

// libFuzzer brings the program's main function and its command line, and calls the two functions below by their names
// (llvm.org/docs/LibFuzzer.html). Which reader is fed is therefore told by a variable:
// SYNESTHESIA_FUZZ_TARGET=zip fuzz -max_total_time=60 corpus seeds

private let target = ProcessInfo.processInfo.environment["SYNESTHESIA_FUZZ_TARGET"].flatMap(FuzzTarget.init)
/// In memory where the system has such a folder: every input becomes a file.
private let folder =
    ["/dev/shm", NSTemporaryDirectory()].map { URL(filePath: $0) }
    .first { FileManager.default.isWritableFile(atPath: $0.path) }?
    .appending(path: "synesthesia-fuzz-\(getpid())") ?? URL(filePath: "synesthesia-fuzz")

/// Called once by libFuzzer: a wrong name of a target ends here.
@_cdecl("LLVMFuzzerInitialize")
public func prepare(_ count: UnsafeRawPointer, _ arguments: UnsafeRawPointer) -> CInt {
    if target == nil {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
        FileHandle.standardError.write(Data("SYNESTHESIA_FUZZ_TARGET must be one of \(names).\n".utf8))
        exit(64)
    }
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return 0
}

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func feed(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target?.run(bytes.map { Data(bytes: $0, count: count) } ?? Data(), in: folder)
    return 0
}
