import CFuzzer
import Foundation
import FuzzTargets

// The reader to feed is named by a variable, so that the command line stays libFuzzer's own:
// SYNESTHESIA_FUZZ_TARGET=zip fuzz -max_total_time=60 new-corpus seeds
let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
nonisolated(unsafe) let target = ProcessInfo.processInfo.environment["SYNESTHESIA_FUZZ_TARGET"].flatMap(FuzzTarget.init)
guard target != nil else {
    FileHandle.standardError.write(Data("SYNESTHESIA_FUZZ_TARGET must be one of \(names).\n".utf8))
    exit(64)
}
let folder = FileManager.default.temporaryDirectory.appending(path: "synesthesia-fuzz-\(getpid())")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)

var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
let code = LLVMFuzzerRunDriver(&count, &arguments) { data, size in
    target?.run(Data(bytes: data!, count: size), in: folder)
    return 0
}
try? FileManager.default.removeItem(at: folder)
exit(code)
