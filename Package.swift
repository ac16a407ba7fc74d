// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors in everything we wrote; Swift 6 language mode is the default of this manifest.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// A room's module: `Syn` stands before its name, so that no module of another package can have the same.
func moduleName(_ room: String) -> String {
    let isOfC = room.hasPrefix("C") && room.dropFirst().first?.isUppercase == true && !room.hasPrefix("CUDA")
    return isOfC ? "CSyn" + room.dropFirst() : "Syn" + room
}

func module(_ room: String) -> Target.Dependency { .byName(name: moduleName(room)) }

/// One room of the house: a Swift target and what it may import. What is not listed is forbidden.
func room(_ name: String, imports rooms: [String] = [], and packages: [Target.Dependency] = []) -> Target {
    .target(
        name: moduleName(name), dependencies: rooms.map(module) + packages, path: "Sources/" + name,
        swiftSettings: strict)
}

/// Kernels of our own, or a thin layer over a system library, in C.
func shim(_ name: String, imports rooms: [String] = [], links library: String? = nil) -> Target {
    .target(
        name: moduleName(name), dependencies: rooms.map(module), path: "Sources/" + name,
        linkerSettings: library.map { [.linkedLibrary($0)] } ?? [])
}

func tests(of room: String, alsoImports rooms: [String] = []) -> Target {
    .testTarget(
        name: room + "Tests", dependencies: ([room] + rooms).map(module) + ["TestSupport"], swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let numerics = Target.Dependency.product(name: "RealModule", package: "swift-numerics")
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")

/// The documentation as a website, only when asked for: SYNESTHESIA_DOCS=1 swift package generate-documentation.
/// Without the plugin `Scripts/docs` makes it with the toolchain alone.
let documentation: [Package.Dependency] =
    Context.environment["SYNESTHESIA_DOCS"] == nil
    ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0")]

let package = Package(
    name: "Synesthesia",
    products: [
        .executable(name: "synesthesia", targets: ["SynCommand"]),
        .library(name: "Synesthesia", targets: ["Synesthesia"]),
        // For the nested packages Fuzzing and Benchmarks, which nobody else builds.
        .library(name: "FuzzTargets", targets: ["FuzzTargets"]),
        .library(name: "BenchmarkStages", targets: ["BenchmarkStages"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ] + documentation,
    targets: [
        // Our own kernels by processor, and thin C layers over system libraries.
        shim("CKernels"),
        shim("COneDNN", imports: ["CKernels"], links: "dnnl"),
        .systemLibrary(
            name: moduleName("COpenBLAS"), path: "Sources/COpenBLAS", pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(
            name: moduleName("CZlib"), path: "Sources/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        shim("CPNG", links: "png"),
        shim("CJPEG", links: "jpeg"),
        shim("CHTTP"),
        .target(name: "CSynCUDAKernels", path: "Sources/CUDAKernels", exclude: ["kernels"]),
        shim("CCUDA"),
        // The script and style of the latent space's page, as text.
        .target(name: moduleName("CSpacePage"), path: "Sources/CSpacePage", exclude: ["page"]),

        // The rooms, from the ground up.
        room("Files", imports: ["CZlib"]),
        room("Tensors", imports: ["CKernels", "COneDNN", "COpenBLAS"]),
        room("CUDA", imports: ["Tensors", "Files", "CCUDA", "CCUDAKernels"]),
        room("Checkpoints", imports: ["Tensors", "Files"]),
        room("ModelHub", imports: ["Files", "CHTTP"]),
        room("Tokenizers", imports: ["Files"]),
        room("Images", imports: ["Tensors", "Files", "CPNG", "CJPEG"]),
        room("Models", imports: ["Tensors", "Checkpoints", "Files"], and: [yaml]),
        room("Statistics", and: [numerics]),
        room("Portraits", imports: ["Images", "Files"]),
        room("Reports", imports: ["Statistics", "Files", "CSpacePage"]),
        // What every long work needs: settings, progress, checksums, and one kind of error for the person.
        room(
            "Runs",
            imports: [
                "Files", "Tensors", "CUDA", "Checkpoints", "ModelHub", "Tokenizers", "Images", "Models", "Statistics",
                "Reports",
            ],
            and: [yaml]),
        // Ranks by MPI, through a plug-in that is compiled where it runs.
        .target(
            name: moduleName("MPI"), dependencies: [module("Runs")], path: "Sources/MPI", exclude: ["plugin"],
            swiftSettings: strict),
        room(
            "Embedding",
            imports: [
                "Runs", "Files", "Tensors", "Checkpoints", "ModelHub", "Tokenizers", "Images", "Models", "Statistics",
            ]),
        room(
            "Metrics",
            imports: [
                "Embedding", "Runs", "Files", "Tensors", "Checkpoints", "Images", "Models", "Statistics", "Portraits",
            ]),
        room(
            "Training",
            imports: [
                "Metrics", "Embedding", "Runs", "Files", "Tensors", "Checkpoints", "Tokenizers", "Images", "Models",
                "Portraits",
            ]),

        // One study each; they never import each other.
        room(
            "Probe",
            imports: [
                "Training", "Metrics", "Embedding", "Runs", "Files", "Tensors", "Checkpoints", "ModelHub", "Images",
                "Models", "Statistics", "Portraits", "Reports",
            ],
            and: [yaml]),
        room(
            "TextStudies",
            imports: [
                "Metrics", "Embedding", "Runs", "Files", "Tensors", "Models", "Tokenizers", "Statistics", "Portraits",
                "Reports",
            ]),
        room(
            "FineTuning",
            imports: [
                "Training", "Embedding", "Runs", "Files", "Tensors", "Checkpoints", "Models",
                "Statistics", "Portraits", "Reports",
            ],
            and: [yaml]),
        room(
            "Inspection",
            imports: [
                "Embedding", "Runs", "Files", "Tensors", "Checkpoints", "ModelHub", "Models", "Tokenizers", "Images",
            ]),

        room(
            "LatentSpace",
            imports: [
                "Training", "Embedding", "Runs", "Files", "Tensors", "Checkpoints", "Images", "Models", "Statistics",
                "Portraits", "Reports",
            ]),

        // The face for people who import the package: the only public types.
        .target(
            name: "Synesthesia",
            dependencies: [
                "Probe", "Metrics", "Embedding", "Runs", "Files", "Tensors", "Images", "Models", "Statistics",
                "Portraits", "Reports",
            ].map(module),
            swiftSettings: strict),
        .executableTarget(
            name: "SynCommand",
            dependencies: [
                "Probe", "TextStudies", "FineTuning", "Inspection", "LatentSpace", "Training", "Metrics", "Embedding",
                "Runs", "MPI", "Models", "Tensors", "Reports", "Files",
            ].map(module) + [argumentParser],
            path: "Sources/Command", swiftSettings: strict),

        // What the nested package Benchmarks measures.
        .target(
            name: "BenchmarkStages", dependencies: ["Probe", "Runs", "Checkpoints", "Models", "Tensors"].map(module),
            path: "Benchmarks/Stages", swiftSettings: strict),

        // Whether a GPU computes what the CPU does, and how quickly; see Scripts/gpu-test.
        .executableTarget(
            name: "gpu-test",
            dependencies: ["BenchmarkStages"]
                + ["CUDA", "Probe", "Embedding", "Runs", "Checkpoints", "Models", "Tensors"].map(module),
            path: "Benchmarks/GPU", swiftSettings: strict),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["Tensors", "Checkpoints", "Runs"].map(module),
            path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(name: moduleName("CEmulatedKernels"), path: "Tests/EmulatedKernels"),
        .target(
            name: "EmulatedDevice", dependencies: ["CEmulatedKernels", "Tensors"].map(module),
            path: "Tests/EmulatedDevice", swiftSettings: strict),
        .testTarget(
            name: "DeviceTests",
            dependencies: ["EmulatedDevice", "TestSupport"]
                + ["Probe", "Models", "Checkpoints", "Tensors", "Runs"].map(module),
            swiftSettings: strict),
        .testTarget(
            name: "CUDAKernelsTests",
            dependencies: ["CSynCUDAKernels", "TestSupport"] + ["CEmulatedKernels", "Tensors", "Models"].map(module),
            swiftSettings: strict),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Checkpoints", "Probe", "Training", "Metrics", "Embedding", "Runs", "TextStudies", "Inspection",
                "Files",
                "Images", "ModelHub", "Models", "Reports", "Statistics", "Tensors", "Tokenizers",
            ].map(module),
            path: "Tests/FuzzTargets", swiftSettings: strict),
        .testTarget(name: "FoundCasesTests", dependencies: ["FuzzTargets", "TestSupport"], swiftSettings: strict),
        tests(of: "Files"),
        .target(name: moduleName("CEmulatedTiles"), path: "Tests/EmulatedTiles"),
        tests(of: "Tensors", alsoImports: ["Checkpoints", "CKernels", "CEmulatedTiles"]),
        // A driver, a compiler and products for tests, in the CPU's memory.
        .target(name: moduleName("CFakeCUDA"), dependencies: [module("CCUDA")], path: "Tests/FakeCUDA"),
        .testTarget(
            name: "CUDATests",
            dependencies: ["CUDA", "CCUDA", "CCUDAKernels", "CFakeCUDA", "Tensors"].map(module) + ["TestSupport"],
            swiftSettings: strict),
        tests(of: "Checkpoints"),
        tests(of: "ModelHub"),
        tests(of: "Tokenizers"),
        tests(of: "Images"),
        tests(of: "Models", alsoImports: ["Images", "Tokenizers"]),
        tests(of: "Statistics"),
        tests(of: "Portraits"),
        tests(of: "Reports"),
        tests(of: "Runs", alsoImports: ["Checkpoints", "MPI", "Tensors"]),
        tests(of: "Embedding", alsoImports: ["ModelHub", "Models", "Tensors", "Tokenizers"]),
        tests(of: "Metrics", alsoImports: ["Images", "Embedding", "Models", "Portraits", "Runs", "Tensors"]),
        tests(of: "Training", alsoImports: ["Models", "Portraits", "Tokenizers"]),
        tests(of: "Probe", alsoImports: ["Portraits", "Models", "Tokenizers", "Reports"]),
        tests(
            of: "LatentSpace",
            alsoImports: [
                "Reports", "Runs", "Statistics", "Tensors", "Files", "Checkpoints", "Images", "Portraits",
            ]),
        tests(of: "TextStudies", alsoImports: ["Models", "Portraits", "Reports"]),
        tests(
            of: "FineTuning",
            alsoImports: [
                "Training", "Embedding", "Runs", "Files", "Checkpoints", "Models", "Portraits", "Reports", "Statistics",
                "Tensors",
            ]),
        .testTarget(
            name: "CommandTests",
            dependencies: ["TestSupport", module("Models"), module("Tensors"), module("Checkpoints")],
            swiftSettings: strict),
    ]
)
