import Foundation
import SynEmbedding

/// The folder of a model that is named by a path or by `org/name[@revision]` in the shared Hugging Face cache, which
/// the process's variables name. Nothing is downloaded.
func modelFolder(_ model: String) throws -> URL {
    try ModelLocator(environment: ProcessInfo.processInfo.environment).folder(of: model)
}
