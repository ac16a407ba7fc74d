/// A tensor's piece of a device's memory, given back when nobody holds it any more.
final class DevicePlace: Sendable {
    let device: any Device
    let block: DeviceBlock

    init(_ device: any Device, _ byteCount: Int) { (self.device, block) = (device, device.take(byteCount)) }

    deinit { device.giveBack(block) }
}

extension Tensor {
    /// The device that holds the elements; nil for the CPU.
    package var device: (any Device)? { storage.place?.device }

    /// Where the elements begin in the device's memory.
    var deviceAddress: DeviceAddress {
        guard let place = storage.place else { preconditionFailure("these numbers are not on a device") }
        return place.block.address
    }

    /// The same value in the memory of a device, or of the CPU for nil. The gradient comes back the other way.
    package func moved(to device: (any Device)?) -> Tensor {
        guard self.device !== device else { return self }
        let home = self.device
        return copied(to: device).remembering([self], backward: { g in [g.detached.copied(to: home)] })
    }

    /// The same value in the CPU's memory, without a past.
    var onCPU: Tensor { detached.copied(to: nil) }

    private func copied(to device: (any Device)?) -> Tensor {
        if self.device === device { return detached }
        let out = Tensor(uninitialised: shape, elementType: elementType, on: device)
        let bytes = count * elementType.width
        if let device {
            // From one device to another numbers go by the CPU.
            let source = onCPU
            device.upload(
                UnsafeRawBufferPointer(start: source.storage.address, count: bytes), to: out.deviceAddress)
            withExtendedLifetime(source) {}
        } else if let home = self.device {
            home.download(
                deviceAddress, into: UnsafeMutableRawBufferPointer(start: out.storage.address, count: bytes))
        }
        withExtendedLifetime(storage) {}
        return out
    }
}

/// The one device that holds one of the tensors at least; nil where all are the CPU's. The others are moved there by
/// who uses them.
func commonDevice(_ tensors: Tensor?...) -> (any Device)? {
    for case let tensor? in tensors { if let device = tensor.device { return device } }
    return nil
}

/// A device that refused: it is lost, or its memory is full.
package struct DeviceFailure: Error, Sendable, CustomStringConvertible {
    package let description: String
}

extension Device {
    /// Throws what the device complained of, if it did.
    package func check() throws { if let failure { throw DeviceFailure(description: failure) } }

    /// A kernel without a head size over so many elements, `each` of them to a thread.
    func launch(
        _ function: String, in file: String, over count: Int, each: Int = 4, _ arguments: [KernelArgument]
    ) {
        guard count > 0 else { return }
        let blocks = min(max(1, (count + 256 * each - 1) / (256 * each)), 1 << 16)
        launch(DeviceKernel(function, in: file), LaunchSize(blocks: blocks, threads: 256), arguments)
    }

    /// A kernel whose blocks of 256 threads take a row each.
    func launch(_ function: String, in file: String, rows: Int, _ arguments: [KernelArgument]) {
        guard rows > 0 else { return }
        launch(DeviceKernel(function, in: file), LaunchSize(blocks: rows, threads: 256), arguments)
    }
}

extension KernelArgument {
    /// Where a tensor's elements begin.
    static func tensor(_ tensor: Tensor) -> KernelArgument { .held(tensor.deviceAddress, by: tensor.storage) }
    static func count(_ number: Int) -> KernelArgument { .long(Int64(number)) }
    static func int(_ number: Int) -> KernelArgument { .int(Int32(number)) }
}

extension ElementType {
    /// The end of a kernel's name that takes numbers of this type.
    var kernelEnding: String {
        switch self {
        case .float32: "f32"
        case .bfloat16: "bf16"
        case .int32, .int8: preconditionFailure("kernels of devices take fractions")
        }
    }
}
