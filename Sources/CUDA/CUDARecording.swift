import CSynCUDA
import SynTensors

/// Work that was noted, with the memory it works in.
///
/// It is gone through once as a list, so that all that libraries do at first use happens outside of a graph; then CUDA
/// makes a graph of it, which one call asks for. Where CUDA refuses to make one, the list stays.
package final class CUDARecording: DeviceRecording, @unchecked Sendable {
    private let device: CUDADevice
    package var tasks: [DeviceWork] = []
    /// Blocks that were taken for the recording and given back: free for the rest of it, and for nobody else.
    package var spare = BlockCache()
    /// Blocks of others that were given back meanwhile.
    package var kept: [DeviceBlock] = []
    /// The CPU's memory that uploads are repeated from.
    package var pinned: [UnsafeMutableRawPointer] = []

    private enum State {
        case fresh
        case warm
        case graph(UnsafeMutableRawPointer)
        /// CUDA made no graph.
        case list
    }

    private var state = State.fresh

    package init(_ device: CUDADevice) { self.device = device }

    deinit {
        device.always {
            if case .graph(let executable) = state { _ = device.driver.executable_destroy(executable) }
            device.release(self)
        }
    }

    package var isGraph: Bool { if case .graph = state { true } else { false } }

    package func replay() {
        device.work(()) {
            if case .warm = state { state = device.makesGraphs && !device.waitsForEach ? graph() : .list }
            if case .graph(let executable) = state {
                device.check(device.driver.graph_launch(executable, device.stream), "repeating noted work")
                return
            }
            for task in tasks {
                guard let problem = device.problem(with: task) ?? device.problemAfter(task) else { continue }
                return device.fail(problem)
            }
            if case .fresh = state { state = .warm }
        }
    }

    /// Lets the driver note what is asked of the stream, and makes it ready to run.
    private func graph() -> State {
        let (driver, stream) = (device.driver, device.stream)
        var status = driver.capture_begin(stream, Int32(CUDA_CAPTURE_RELAXED))
        guard status == 0 else { return list(driver.sentence("beginning a graph", status)) }
        var problem: String?
        for task in tasks where problem == nil { problem = device.problem(with: task) }
        var (graph, executable): (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) = (nil, nil)
        status = driver.capture_end(stream, &graph)
        defer { if let graph { _ = driver.graph_destroy(graph) } }
        if let problem { return list(problem) }
        guard status == 0, let graph else { return list(driver.sentence("ending a graph", status)) }
        status = driver.graph_instantiate(&executable, graph, 0)
        guard status == 0, let executable else { return list(driver.sentence("making a graph ready", status)) }
        return .graph(executable)
    }

    private func list(_ reason: String) -> State {
        device.graphRefusal = reason
        return .list
    }
}

/// A recording that may be gone.
package struct RecordingReference {
    weak var recording: CUDARecording?
}

// MARK: - Recording

extension CUDADevice {
    package func record(_ body: () throws -> Void) rethrows -> any DeviceRecording {
        precondition(recording == nil, "a recording within a recording")
        let recording = CUDARecording(self)
        always { self.recording = recording }
        defer { always { self.recording = nil } }
        try body()
        return recording
    }

    /// An upload that every replay repeats, from a copy of the bytes.
    package func noteUpload(_ bytes: UnsafeRawBufferPointer, to address: DeviceAddress) {
        var memory: UnsafeMutableRawPointer?
        guard check(driver.host_take(&memory, bytes.count, 0), "taking memory for \(bytes.count) bytes of a recording"),
            let memory, let recording, let from = bytes.baseAddress
        else { return }
        recording.pinned.append(memory)
        memory.copyMemory(from: from, byteCount: bytes.count)
        recording.tasks.append(.copy(from: memory, to: address, byteCount: bytes.count))
    }

    /// Makes a recording's memory everybody's again: later work comes after its last replay.
    package func release(_ recording: CUDARecording) {
        if !recording.pinned.isEmpty {
            _ = driver.stream_wait(stream)
            for memory in recording.pinned { _ = driver.host_free(memory) }
        }
        for block in recording.spare.removeAll() + recording.kept { blocks.put(block) }
        owners = owners.filter { $0.value.recording != nil }
    }
}
