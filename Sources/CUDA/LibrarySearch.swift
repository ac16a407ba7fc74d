import CSynCUDA
import Foundation

/// Where NVIDIA's libraries may be on a machine: CUDA's own folders, and the PyPI wheels `nvidia-*` of its Python.
///
/// Folders are found by looking, no process is started. `SYNESTHESIA_CUDA` (folders, separated by colons) comes first,
/// then the system's loader (`LD_LIBRARY_PATH`, `ldconfig`), then the rest.
package struct LibrarySearch: Sendable {
    /// Before the loader's own search.
    package let named: [String]
    /// After it.
    package let usual: [String]

    /// - Parameter root: stands before all paths that no variable names; tests have a folder there.
    package init(environment: [String: String], root: String = "") {
        named = Self.list("SYNESTHESIA_CUDA", environment)
        var folders = Self.list("CUDA_HOME", environment).flatMap { [$0 + "/lib64", $0 + "/lib"] }
        for toolkit in Self.children(of: root + "/usr/local", like: "cuda").reversed() {   // the newest first
            folders.append(toolkit + "/lib64")
            folders += Self.children(of: toolkit + "/targets", like: "").map { $0 + "/lib" }
        }
        for architecture in ["x86_64", "aarch64"] { folders.append(root + "/usr/lib/\(architecture)-linux-gnu") }
        folders += ["/usr/local/nvidia/lib64", "/usr/lib64", "/usr/lib/wsl/lib"].map { root + $0 }
        for prefix in Self.list("CONDA_PREFIX", environment) {
            folders.append(prefix + "/lib")
            folders += Self.children(of: prefix + "/targets", like: "").map { $0 + "/lib" }
        }
        for packages in Self.pythonPackages(environment, root: root) {
            folders += Self.children(of: packages + "/nvidia", like: "").map { $0 + "/lib" }
        }
        var seen: Set<String> = []
        usual = folders.filter { Self.isFolder($0) && seen.insert($0).inserted }
    }

    /// Opens the first library that can be opened.
    ///
    /// - Parameter names: file names, the best first.
    package func open(_ names: [String]) -> Result<(library: UnsafeMutableRawPointer, path: String), Absence> {
        var problems: [String] = []
        for name in names {
            let paths = named.map { $0 + "/" + name } + [name] + usual.map { $0 + "/" + name }
            for path in paths where path == name || FileManager.default.fileExists(atPath: path) {
                openCompanions(of: path)
                if let library = cuda_open_library(path) { return .success((library, path)) }
                if path != name { problems.append(cuda_open_problem().map { String(cString: $0) } ?? path) }
            }
        }
        return .failure(Absence(names: names, folders: named + usual, problems: problems))
    }

    /// NVRTC opens its `libnvrtc-builtins.so.13.0` by name while it compiles, and not every version of it looks beside
    /// itself; what is open already is found by its name.
    private func openCompanions(of path: String) {
        let file = URL(filePath: path)
        guard path.contains("/"), let stem = file.lastPathComponent.split(separator: ".").first else { return }
        for other in Self.children(of: file.deletingLastPathComponent().path, like: stem + "-builtins.so") {
            _ = cuda_open_library(other)
        }
    }

    /// What was not found, and where it was looked for.
    package struct Absence: Error {
        let names: [String]
        let folders: [String]
        /// What the loader said of files that are there but do not open.
        let problems: [String]

        /// "libnvrtc.so.13 was not found by the system's loader or in /a and /b".
        package var sentence: String {
            let wanted = names.joined(separator: " or ")
            if let problem = problems.first { return "\(wanted) cannot be opened: \(problem)" }
            if folders.isEmpty { return "\(wanted) was not found by the system's loader" }
            return "\(wanted) was not found by the system's loader or in \(folders.joined(separator: ", "))"
        }
    }
}

// MARK: - Looking

extension LibrarySearch {
    /// The folders that Python's packages are installed in: of the virtual environment, of the `python3` on `PATH`
    /// (with every link that leads to it, since a virtual environment's Python is one), of the user and of the system.
    private static func pythonPackages(_ environment: [String: String], root: String) -> [String] {
        var prefixes = list("VIRTUAL_ENV", environment)
        let python = list("PATH", environment).map { $0 + "/python3" }.first { access($0, X_OK) == 0 }
        for link in python.map(links) ?? [] {
            prefixes.append(URL(filePath: link).deletingLastPathComponent().deletingLastPathComponent().path)
        }
        prefixes += list("HOME", environment).map { $0 + "/.local" }
        prefixes += [root + "/usr/local", root + "/usr"]
        return list("PYTHONPATH", environment)
            + prefixes.flatMap { prefix in
                [prefix + "/lib", prefix + "/lib64"].flatMap { children(of: $0, like: "python3") }
                    .flatMap { [$0 + "/site-packages", $0 + "/dist-packages"] }
            }
    }

    /// A path and those that its links lead to, one after another.
    private static func links(from path: String) -> [String] {
        var links = [path]
        while links.count < 16, let last = links.last,
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: last)
        {
            let folder = URL(filePath: last).deletingLastPathComponent()
            links.append(URL(filePath: target, relativeTo: folder).standardizedFileURL.path)
        }
        return links
    }

    /// The folders in a folder whose names begin so, in the order of their names.
    private static func children(of folder: String, like beginning: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix(beginning) && !$0.hasPrefix(".") }
            .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
            .map { folder + "/" + $0 }
    }

    private static func list(_ variable: String, _ environment: [String: String]) -> [String] {
        (environment[variable] ?? "").split(separator: ":").map(String.init)
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
