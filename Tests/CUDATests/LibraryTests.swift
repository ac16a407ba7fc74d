import Foundation
import SynCUDA
import TestSupport
import Testing

@Suite("NVIDIA's libraries")
struct LibraryTests {
    /// Makes folders below a new one.
    private func folders(_ paths: [String]) throws -> String {
        let root = try Fixture.temporaryFolder()
        for path in paths {
            try FileManager.default.createDirectory(at: root.appending(path: path), withIntermediateDirectories: true)
        }
        return root.path
    }

    @Test("are looked for in CUDA's folders, the newest first")
    func toolkits() throws {
        let root = try folders([
            "usr/local/cuda-12.9/lib64", "usr/local/cuda-13.0/targets/x86_64-linux/lib", "usr/local/cuda-9.0/lib64",
            "usr/lib/x86_64-linux-gnu", "usr/local/nvidia/lib64", "own/lib64",
        ])
        defer { try? FileManager.default.removeItem(atPath: root) }
        let search = LibrarySearch(
            environment: ["CUDA_HOME": root + "/own", "SYNESTHESIA_CUDA": "/first:/second"], root: root)
        #expect(search.named == ["/first", "/second"])
        #expect(
            search.usual.map { $0.dropFirst(root.count + 1) } == [
                "own/lib64", "usr/local/cuda-13.0/targets/x86_64-linux/lib", "usr/local/cuda-12.9/lib64",
                "usr/local/cuda-9.0/lib64", "usr/lib/x86_64-linux-gnu", "usr/local/nvidia/lib64",
            ])
    }

    @Test("are found in the wheels of a virtual environment, of the Python on PATH and of the user")
    func wheels() throws {
        let root = try folders([
            "venv/lib/python3.12/site-packages/nvidia/cu13/lib", "other/bin", "bin", "links",
            "other/lib/python3.11/site-packages/nvidia/cublas/lib",
            "other/lib/python3.11/site-packages/nvidia/cuda_nvrtc/lib",
            "home/.local/lib/python3.13/site-packages/nvidia/cu13/lib", "target/nvidia/cu13/lib",
            "usr/local/lib/python3.10/dist-packages/nvidia/cu12/lib",
        ])
        defer { try? FileManager.default.removeItem(atPath: root) }
        let files = FileManager.default
        // python3 on PATH is a link to a link to the one with packages.
        try Data("#!/bin/sh\n".utf8).write(to: URL(filePath: root + "/other/bin/python3.11"))
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: root + "/other/bin/python3.11")
        try files.createSymbolicLink(atPath: root + "/links/python3", withDestinationPath: "../other/bin/python3.11")
        try files.createSymbolicLink(atPath: root + "/bin/python3", withDestinationPath: root + "/links/python3")
        let search = LibrarySearch(
            environment: [
                "VIRTUAL_ENV": root + "/venv", "PATH": "/nowhere:\(root)/bin", "HOME": root + "/home",
                "PYTHONPATH": root + "/target",
            ], root: root)
        #expect(
            search.usual.map { $0.dropFirst(root.count + 1) } == [
                "target/nvidia/cu13/lib", "venv/lib/python3.12/site-packages/nvidia/cu13/lib",
                "other/lib/python3.11/site-packages/nvidia/cublas/lib",
                "other/lib/python3.11/site-packages/nvidia/cuda_nvrtc/lib",
                "home/.local/lib/python3.13/site-packages/nvidia/cu13/lib",
                "usr/local/lib/python3.10/dist-packages/nvidia/cu12/lib",
            ])
    }

    @Test("a missing one is named, with where it was looked for and how to get it")
    func missing() throws {
        let root = try folders(["usr/lib64"])
        defer { try? FileManager.default.removeItem(atPath: root) }
        let search = LibrarySearch(environment: ["SYNESTHESIA_CUDA": root + "/mine"], root: root)
        guard case .failure(let absence) = search.open(["libnothing.so.13", "libnothing.so.12"]) else {
            Issue.record("found")
            return
        }
        #expect(
            absence.sentence
                == "libnothing.so.13 or libnothing.so.12 was not found by the system's loader or in \(root)/mine,"
                + " \(root)/usr/lib64")
        try Data("no library".utf8).write(to: URL(filePath: root + "/usr/lib64/libnothing.so.12"))
        guard case .failure(let broken) = search.open(["libnothing.so.12"]) else {
            Issue.record("opened")
            return
        }
        #expect(broken.sentence.hasPrefix("libnothing.so.12 cannot be opened: \(root)/usr/lib64/libnothing.so.12: "))
    }

    @Test("without a driver a sentence says what to do")
    func noDriver() {
        let empty = LibrarySearch(environment: [:], root: "/nowhere")
        guard case .failure = empty.open(["libcuda.so.1"]) else { return }   // this machine has one
        #expect {
            try CUDALibraries(empty)
        } throws: { error in
            "\(error)"
                == "no NVIDIA driver: libcuda.so.1 was not found by the system's loader; install the driver of this"
                + " machine's GPU, or let the container see it (docker run --gpus all)"
        }
    }

    @Test("a library without the functions is too old")
    func tooOld() throws {
        let root = try folders(["usr/lib64"])
        defer { try? FileManager.default.removeItem(atPath: root) }
        // Any library does: it opens, and has none of the functions.
        let place = root + "/usr/lib64/libcuda.so.1"
        guard case .success(let libm) = LibrarySearch(environment: [:]).open(["libm.so.6"]) else { return }
        _ = libm
        let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/lib64"]
        let file = folders.map { $0 + "/libm.so.6" }.first(where: FileManager.default.fileExists)
        try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: #require(file))
        let search = LibrarySearch(environment: ["SYNESTHESIA_CUDA": root + "/usr/lib64"], root: "/nowhere")
        #expect {
            try CUDALibraries(search)
        } throws: { error in
            "\(error)" == "\(place) lacks the function cuInit: it is too old; update the NVIDIA driver"
        }
    }
}
