import BenchmarkStages
import Foundation
import SynTensors
import Synchronization

/// A device that waits after each piece of work and notes how long it took: where a step's time goes. All together take
/// longer than without it.
final class ProfilingDevice: Device, @unchecked Sendable {
    private let device: any Device
    private let times = Mutex<[String: (count: Int, seconds: Double)]>([:])

    init(_ device: any Device) { self.device = device }

    var name: String { device.name }
    var failure: String? { device.failure }
    var multipliesByWarpGroups: Bool { device.multipliesByWarpGroups }
    var multiprocessors: Int { device.multiprocessors }
    var memory: (free: Int, total: Int) { device.memory }
    func take(_ byteCount: Int) -> DeviceBlock { device.take(byteCount) }
    func giveBack(_ block: DeviceBlock) { device.giveBack(block) }
    func upload(_ bytes: UnsafeRawBufferPointer, to address: DeviceAddress) {
        note("upload") { device.upload(bytes, to: address) }
    }
    func download(_ address: DeviceAddress, into bytes: UnsafeMutableRawBufferPointer) {
        note("download") { device.download(address, into: bytes) }
    }
    func launch(_ kernel: DeviceKernel, _ size: LaunchSize, _ arguments: [KernelArgument]) {
        note(kernel.function) { device.launch(kernel, size, arguments) }
    }
    func multiply(
        _ product: DeviceProduct, left: DeviceAddress, right: DeviceAddress, bias: DeviceAddress?,
        addend: DeviceAddress?, into out: DeviceAddress
    ) {
        let work = 2 * Double(product.count) * Double(product.rows) * Double(product.outs) * Double(product.inner)
        let turned = product.rightIsTurned ? "ᵀ" : ""
        let name =
            "product \(product.count > 1 ? "\(product.count) × " : "")\(product.rows)×\(product.inner)×\(product.outs)\(turned)\(product.hasBias ? " + b" : "")"
            + "\(product.hasAddend ? " + x" : "")" + String(format: " (%.0f GFLOP)", work / 1e9)
        note(name) {
            device.multiply(product, left: left, right: right, bias: bias, addend: addend, into: out)
        }
    }
    func finish() { device.finish() }
    func record(_ body: () throws -> Void) rethrows -> any DeviceRecording { try device.record(body) }

    private func note(_ name: String, _ work: () -> Void) {
        device.finish()
        let time = seconds {
            work()
            device.finish()
        }
        times.withLock {
            let known = $0[name] ?? (0, 0)
            $0[name] = (known.count + 1, known.seconds + time)
        }
    }

    func forget() { times.withLock { $0 = [:] } }

    /// The longest first.
    var table: String {
        let rows = times.withLock { $0 }.sorted { $0.value.seconds > $1.value.seconds }
        let total = rows.reduce(0) { $0 + $1.value.seconds }
        return rows.prefix(30).map { name, value in
            String(
                format: "%7.2f ms %5.1f %% %5d × %7.1f µs  ", value.seconds * 1e3, 100 * value.seconds / total,
                value.count, value.seconds / Double(value.count) * 1e6) + name
        }.joined(separator: "\n") + String(format: "\n%7.2f ms in all\n", total * 1e3)
    }
}
