import CSynCUDA
import Foundation

/// The functions of NVIDIA's libraries that are called: the machine's own, or those that a test brings.
package struct CUDALibraries: @unchecked Sendable {
    package let driver: cuda_driver
    package let compiler: cuda_compiler
    package let blas: cuda_blas

    package init(driver: cuda_driver, compiler: cuda_compiler, blas: cuda_blas) {
        (self.driver, self.compiler, self.blas) = (driver, compiler, blas)
    }

    /// The libraries of CUDA 13 or 12, whichever the driver can work with.
    package init(_ search: LibrarySearch) throws {
        driver = try Self.driver(search)
        let major = Self.version(driver) / 1000
        guard major >= Self.majors.lowerBound else {
            throw CUDAFailure(
                .missing,
                "the NVIDIA driver is too old: it knows CUDA \(Self.versionText(Self.version(driver))), and at least"
                    + " \(Self.majors.lowerBound).0 is needed; update the driver")
        }
        compiler = try Self.find("libnvrtc", "nvidia-cuda-nvrtc", major, search, cuda_find_compiler)
        blas = try Self.find("libcublasLt", "nvidia-cublas", major, search, cuda_find_blas)
    }

    /// The compiler alone, which needs neither a GPU nor its driver.
    package static func compiler(_ search: LibrarySearch) throws -> cuda_compiler {
        try find("libnvrtc", "nvidia-cuda-nvrtc", majors.upperBound, search, cuda_find_compiler)
    }

    /// The major versions of CUDA whose libraries we know.
    private static let majors = 12...13
}

// MARK: - Finding

extension CUDALibraries {
    private static func driver(_ search: LibrarySearch) throws -> cuda_driver {
        let name = "libcuda.so.1"
        switch search.open([name]) {
        case .success(let found):
            return try table(found, cuda_find_driver, "update the NVIDIA driver")
        case .failure(let absence):
            throw CUDAFailure(
                .missing,
                "no NVIDIA driver: \(absence.sentence); install the driver of this machine's GPU, or let the container"
                    + " see it (docker run --gpus all)")
        }
    }

    /// Opens a library of the newest version that the driver can work with.
    private static func find<Table>(
        _ library: String, _ package: String, _ driverMajor: Int, _ search: LibrarySearch,
        _ functions: Functions<Table>
    ) throws -> Table {
        let newest = min(driverMajor, majors.upperBound)
        let install = "pip install \(package)" + (newest < 13 ? "-cu\(newest)" : "")
        switch search.open((majors.lowerBound...newest).reversed().map { "\(library).so.\($0)" }) {
        case .success(let found):
            return try table(found, functions, install)
        case .failure(let absence):
            if newest < majors.upperBound,
                case .success(let tooNew) = search.open(["\(library).so.\(majors.upperBound)"])
            {
                throw CUDAFailure(
                    .missing,
                    "the NVIDIA driver is too old for \(tooNew.path): it knows CUDA \(newest); update the driver, or"
                        + " `\(install)`")
            }
            throw CUDAFailure(
                .missing,
                "\(absence.sentence); `\(install)`, or name its folder in the variable SYNESTHESIA_CUDA")
        }
    }

    private typealias Functions<Table> = (
        UnsafeMutableRawPointer?, UnsafeMutablePointer<UnsafePointer<CChar>?>
    ) -> UnsafePointer<Table>?

    private static func table<Table>(
        _ found: (library: UnsafeMutableRawPointer, path: String), _ functions: Functions<Table>, _ remedy: String
    ) throws -> Table {
        var missing: UnsafePointer<CChar>?
        if let table = functions(found.library, &missing) { return table.pointee }
        let name = missing.map { String(cString: $0) } ?? "it needs"
        throw CUDAFailure(.missing, "\(found.path) lacks the function \(name): it is too old; \(remedy)")
    }

    private static func version(_ driver: cuda_driver) -> Int {
        var version: Int32 = 0
        return driver.driver_version(&version) == 0 ? Int(version) : 0
    }

    /// 12040 is "12.4".
    package static func versionText(_ version: Int) -> String { "\(version / 1000).\(version % 1000 / 10)" }
}
