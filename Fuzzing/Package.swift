// swift-tools-version: 6.2
import PackageDescription

/// libFuzzer on every reader of outside bytes; `Scripts/fuzz` builds and runs it. A package of its own, because all of
/// its modules are instrumented (`swift build --sanitize fuzzer`) and no user should build it.
let package = Package(
    name: "Fuzzing",
    dependencies: [.package(name: "Synesthesia", path: "..")],
    targets: [
        // The readers and how they are fed are those of the tests.
        .executableTarget(name: "fuzz", dependencies: [.product(name: "FuzzTargets", package: "Synesthesia")])
    ]
)
