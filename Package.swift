// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors in everything we wrote; Swift 6 language mode is the default of this manifest.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// One room of the house: a Swift target and what it may import. What is not listed is forbidden.
func room(_ name: String, imports: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: imports, swiftSettings: strict)
}

func tests(of name: String, alsoImports: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.byName(name: name), "TestSupport"] + alsoImports,
        swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let numerics = Target.Dependency.product(name: "RealModule", package: "swift-numerics")
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "Synesthesia",
    products: [
        .executable(name: "synesthesia", targets: ["synesthesia"]),
        .library(
            name: "Synesthesia",
            targets: [
                "Tensors", "Checkpoints", "ModelHub", "Tokenizers", "Images", "Models", "Statistics",
                "Portraits", "Experiments", "Reports",
            ]),
        // Single rooms, for who needs no more of the house; the fuzzer is one.
        .library(name: "Tensors", targets: ["Tensors"]),
        .library(name: "Checkpoints", targets: ["Checkpoints"]),
        .library(name: "Tokenizers", targets: ["Tokenizers"]),
        .library(name: "Images", targets: ["Images"]),
        .library(name: "Models", targets: ["Models"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Our own kernels by processor, and thin C shims over system libraries.
        .target(name: "CKernels"),
        .target(name: "COneDNN", dependencies: ["CKernels"], linkerSettings: [.linkedLibrary("dnnl")]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),
        .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "CHTTP"),

        // The rooms.
        room("Tensors", imports: ["CKernels", "COneDNN", "COpenBLAS"]),
        room("Checkpoints", imports: ["Tensors"]),
        room("ModelHub", imports: ["CHTTP"]),
        room("Tokenizers"),
        room("Images", imports: ["Tensors", "CPNG", "CJPEG"]),
        room("Models", imports: ["Tensors", "Checkpoints", yaml]),
        room("Statistics", imports: [numerics]),
        room("Portraits", imports: ["Images"]),
        room(
            "Experiments",
            imports: [
                "Tensors", "Checkpoints", "ModelHub", "Tokenizers", "Images", "Models", "Statistics", "Portraits",
                "Reports", yaml,
            ]),
        room("Reports", imports: ["Statistics"]),
        .executableTarget(
            name: "synesthesia", dependencies: ["Experiments", "Reports", argumentParser], swiftSettings: strict),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["Tensors", "Checkpoints"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "FuzzTargets", dependencies: ["Checkpoints", "Images", "Models", "Tensors", "Tokenizers"],
            path: "Tests/FuzzTargets", swiftSettings: strict),
        .testTarget(name: "FoundCasesTests", dependencies: ["FuzzTargets", "TestSupport"], swiftSettings: strict),
        tests(of: "Tensors", alsoImports: ["Checkpoints", "CKernels"]),
        tests(of: "Checkpoints"),
        tests(of: "ModelHub"),
        tests(of: "Tokenizers"),
        tests(of: "Images"),
        tests(of: "Models", alsoImports: ["Images", "Tokenizers"]),
        tests(of: "Statistics"),
        tests(of: "Portraits"),
        tests(of: "Experiments", alsoImports: ["Portraits", "Models", "Tokenizers", "Reports"]),
        tests(of: "Reports"),
        .testTarget(name: "CommandTests", dependencies: ["TestSupport", "Models"], swiftSettings: strict),
    ]
)
