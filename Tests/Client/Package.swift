// swift-tools-version: 6.2
import PackageDescription

/// Somebody else's package: imports Synesthesia as anybody would, beside a package whose modules have the names that
/// well-known ones have. `Scripts/client` builds and runs it; its main.swift is the README's example to the letter.
let package = Package(
    name: "Client",
    dependencies: [
        .package(name: "Synesthesia", path: "../.."),
        .package(path: "Neighbour"),
    ],
    targets: [
        .executableTarget(
            name: "client",
            dependencies: [
                .product(name: "Synesthesia", package: "Synesthesia"), .product(name: "Neighbour", package: "Neighbour"),
            ])
    ]
)
