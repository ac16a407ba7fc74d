// swift-tools-version: 6.2
import PackageDescription

/// How fast each stage of the probe is, and how near to what the machine can do. A package of its own, so that
/// nobody who uses Synesthesia builds the benchmarks or what they depend on.
///
/// The benchmark package would count allocations too, by stepping in between the program and `malloc`; its traits
/// for that are switched off, because they fetch and link more than a benchmark of seconds needs. Allocation counts
/// are therefore not available and read 0 where they are asked for.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// What is measured: the folder Stages, a target of the main package, whose modules are closed to other packages.
let stages = Target.Dependency.product(name: "BenchmarkStages", package: "Synesthesia")

let package = Package(
    name: "SynesthesiaBenchmarks",
    dependencies: [
        .package(name: "Synesthesia", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        // One stage in a process of its own, one line of JSON: what `compare` runs.
        .executableTarget(
            name: "stage",
            dependencies: [stages, .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict),
        // The same stages under `swift package benchmark`.
        .executableTarget(
            name: "Probe", dependencies: [stages, .product(name: "Benchmark", package: "benchmark")],
            path: "Benchmarks/Probe", swiftSettings: strict,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ]
)
