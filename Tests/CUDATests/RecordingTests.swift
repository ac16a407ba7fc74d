import CSynFakeCUDA
import SynCUDA
import SynTensors
import Testing

extension FakeGPU {
    @Suite("notes work and repeats it")
    struct Recordings {
        /// out += 1 · (1, 2, …), by the only kernel that the fake computes.
        private func noteSum(_ device: CUDADevice, _ out: DeviceBlock, _ summand: DeviceBlock, _ count: Int) {
            device.launch(
                DeviceKernel("add_f32", in: "elementwise"), LaunchSize(blocks: 1, threads: 32),
                [
                    .address(out.address), .address(summand.address), .address(out.address), .long(Int64(count)),
                    .long(Int64(count)),
                ])
        }

        @Test("nothing is done while noting; the list first, then a graph")
        func replays() throws {
            let device = try FakeGPU.open()
            let (out, summand) = (device.upload([10, 20]), device.upload([1, 2]))
            let recording = device.record { noteSum(device, out, summand, 2) }
            #expect(fake_count(FAKE_LAUNCH) == 0 && device.numbers(out, 2) == [10, 20])
            recording.replay()
            #expect(device.numbers(out, 2) == [11, 22] && fake_count(FAKE_CAPTURE) == 0)
            recording.replay()
            #expect(device.numbers(out, 2) == [12, 24] && fake_count(FAKE_GRAPH) == 1)
            for _ in 0..<5 { recording.replay() }
            #expect(device.numbers(out, 2) == [17, 34])
            #expect(fake_count(FAKE_CAPTURE) == 1 && fake_count(FAKE_GRAPH) == 6)
            #expect(device.failure == nil && device.graphRefusal == nil)
        }

        @Test("without a graph where CUDA makes none", arguments: [FAKE_CAPTURE, FAKE_CAPTURE_END, FAKE_INSTANTIATE])
        func withoutGraph(_ kind: fake_kind) throws {
            let device = try FakeGPU.open()
            let (out, summand) = (device.upload([10, 20]), device.upload([1, 2]))
            let recording = device.record { noteSum(device, out, summand, 2) }
            fake_fail(kind, 0, 901, false)
            for _ in 0..<4 { recording.replay() }
            #expect(device.numbers(out, 2) == [14, 28])
            #expect(device.failure == nil && fake_count(FAKE_GRAPH) == 0 && fake_count(kind) == 1)
            #expect(device.graphRefusal?.contains("CUDA_ERROR_STREAM_CAPTURE_INVALIDATED") == true)
        }

        @Test("a launch that is refused while the graph is made ends the graph, not the device")
        func refusedLaunch() throws {
            let device = try FakeGPU.open()
            let (out, summand) = (device.upload([10, 20]), device.upload([1, 2]))
            let recording = device.record { noteSum(device, out, summand, 2) }
            recording.replay()
            fake_fail(FAKE_LAUNCH, 0, 1, false)
            for _ in 0..<3 { recording.replay() }
            #expect(device.numbers(out, 2) == [14, 28] && device.failure == nil)
            #expect(fake_count(FAKE_CAPTURE_END) == 1)
            #expect(device.graphRefusal?.contains("launching add_f32") == true)
        }

        @Test("its memory is its own until it is gone")
        func memory() throws {
            let device = try FakeGPU.open()
            let outer = device.take(1 << 20)
            var (inner, again, kept) = (outer, outer, outer)
            var recording: (any DeviceRecording)? = device.record {
                inner = device.take(4096)
                device.giveBack(inner)
                again = device.take(4096)   // the same recording may use it again
                kept = device.take(8192)
                device.giveBack(again)
                device.giveBack(outer)   // was read before, and must stay as it is
            }
            #expect(inner == again)
            #expect(device.take(4096) != inner && device.take(1 << 20) != outer)
            device.giveBack(kept)
            #expect(device.take(8192) != kept)
            let taken = fake_count(FAKE_TAKE)
            recording = nil
            #expect(recording == nil)
            #expect(Set([device.take(4096), device.take(1 << 20), device.take(8192)]) == [inner, outer, kept])
            #expect(fake_count(FAKE_TAKE) == taken)
        }

        @Test("a block that outlives its recording is an ordinary one")
        func outlives() throws {
            let device = try FakeGPU.open()
            var block = DeviceBlock(address: 0, byteCount: 0)
            _ = device.record { block = device.take(4096) }
            #expect(device.take(4096) != block)
            device.giveBack(block)
            #expect(device.take(4096) == block)
        }

        @Test("uploads are repeated with the bytes of their time")
        func uploads() throws {
            let device = try FakeGPU.open()
            let out = device.upload([0, 0])
            var recording: (any DeviceRecording)?
            do {
                var numbers: [Float] = [5, 6]
                recording = device.record {
                    numbers.withUnsafeBytes { device.upload($0, to: out.address) }
                    noteSum(device, out, out, 2)
                }
                numbers = [0, 0]
            }
            #expect(device.numbers(out, 2) == [0, 0])
            for _ in 0..<3 {
                recording?.replay()
                #expect(device.numbers(out, 2) == [10, 12])
            }
            let bytes = fake_host_bytes_taken()
            recording = nil
            #expect(recording == nil && fake_host_bytes_taken() == bytes - 8 && device.failure == nil)
        }

        @Test("products with their rounded biases")
        func products() throws {
            let device = try FakeGPU.open()
            let product = {
                var product = DeviceProduct(rows: 1, outs: 1, inner: 1, type: .bfloat16, outType: .bfloat16)
                product.hasBias = true
                return product
            }()
            let (a, b) = (device.upload([2], as: .bfloat16), device.upload([3], as: .bfloat16))
            let (bias, out) = (device.upload([0.5]), device.upload([0], as: .bfloat16))
            let recording = device.record {
                device.multiply(
                    product, left: a.address, right: b.address, bias: bias.address, addend: nil, into: out.address)
            }
            for expected: Float in [6.5, 7.5, 8.5, 9.5] {
                recording.replay()
                #expect(device.numbers(out, 1, as: .bfloat16) == [expected])
                let next = expected - 5   // a bias that changes is seen
                withUnsafeBytes(of: next) { device.upload($0, to: bias.address) }
            }
            #expect(device.failure == nil && fake_count(FAKE_GRAPH) == 3)
        }

        @Test("numbers cannot be asked for while noting, and a body that throws leaves nothing")
        func misuse() throws {
            struct Stop: Error {}
            let device = try FakeGPU.open()
            let out = device.upload([1])
            #expect(throws: Stop.self) {
                try device.record {
                    _ = device.take(4096)
                    throw Stop()
                }
            }
            #expect(device.numbers(out, 1) == [1] && device.failure == nil)
            _ = device.record { #expect(device.numbers(out, 1) == [0]) }
            #expect(device.failure?.contains("while work was only being noted") == true)
        }
    }
}
