// swift-tools-version: 6.2
import PackageDescription

/// Modules with names that other packages have: swift-transformers' `Models` and `Tokenizers`, swift-metrics'
/// `Metrics`, `Files`.
let package = Package(
    name: "Neighbour",
    products: [.library(name: "Neighbour", targets: ["Models", "Tokenizers", "Metrics", "Files"])],
    targets: ["Models", "Tokenizers", "Metrics", "Files"].map { .target(name: $0) }
)
