import CSynFakeCUDA
import SynCUDA
import SynTensors
import Testing

extension FakeGPU {
    @Suite("has memory")
    struct Memory {
        @Test("in steps, aligned, and given to the next who asks")
        func blocks() throws {
            let device = try FakeGPU.open()
            #expect(
                [0, 1, 512, 513, (1 << 20) - 1, 1 << 20, (2 << 20) + 1].map(BlockCache.rounded) == [
                    512, 512, 512, 1024, 1 << 20, 2 << 20, 4 << 20,
                ])
            let (a, b) = (device.take(1000), device.take(1000))
            #expect(a.byteCount == 1024 && a.address % 256 == 0 && a.address != b.address)
            device.giveBack(a)
            #expect(device.take(900) == a)
            device.giveBack(a)
            #expect(device.take(5000) != a)
            device.giveBack(b)
            #expect(device.memory.free == 80 << 30 - 64 << 20 - 5120)   // what is spare is free for us
            let taken = fake_count(FAKE_TAKE)
            #expect(device.take(1023).byteCount == 1024)
            #expect(fake_count(FAKE_TAKE) == taken)
        }

        @Test("a larger block serves where it wastes at most a quarter")
        func nearby() throws {
            let device = try FakeGPU.open()
            let large = device.take(10 << 20)
            device.giveBack(large)
            #expect(device.take(6 << 20) != large)
            #expect(device.take(8 << 20) == large)
        }

        @Test("what is spare is freed before memory is said to be full, and once full it stays so")
        func full() throws {
            let device = try FakeGPU.open { $0.totalBytes = 1 << 30 }
            let first = device.take(600 << 20)
            device.giveBack(first)
            let second = device.take(800 << 20)
            #expect(second.address != 0 && device.failure == nil)
            #expect(fake_bytes_taken() == (800 + 64) << 20)
            let third = device.take(300 << 20)
            let words = try #require(device.failure)
            #expect(third.address == 0)
            #expect(
                words.hasPrefix(
                    "Fake GPU: taking 300 MiB of memory, where 160 MiB of 1.0 GiB are free, gave"
                        + " CUDA_ERROR_OUT_OF_MEMORY"
                ))
            #expect(words.contains("take a smaller batch"))
            device.giveBack(second)
            device.giveBack(third)
            #expect(device.take(1).address == 0 && device.failure == words)
            #expect(device.numbers(second, 3) == [0, 0, 0])
        }

        @Test("copies are safe when they return, however many and however large")
        func copies() throws {
            let device = try FakeGPU.open()
            // Larger than the ring: 40 MiB and some; then many small ones that share slots.
            var numbers = (0..<(10 << 20) + 77).map { Float($0 % 8191) }
            let block = device.take(4 * numbers.count)
            numbers.withUnsafeBytes { device.upload($0, to: block.address) }
            let expected = numbers
            for i in numbers.indices { numbers[i] = -1 }
            let small = (0..<300).map { i in
                var few = [Float(i), Float(2 * i)]
                let block = device.take(8)
                few.withUnsafeBytes { device.upload($0, to: block.address) }
                few = [-1, -1]
                return block
            }
            #expect(device.numbers(block, expected.count) == expected)
            for (i, block) in small.enumerated() {
                #expect(device.numbers(block, 2) == [Float(i), Float(2 * i)])
            }
            device.upload(UnsafeRawBufferPointer(start: nil, count: 0), to: block.address)
            #expect(device.failure == nil)
            #expect(fake_host_bytes_taken() == StagingRing.slotBytes * StagingRing.slotCount)
        }

        @Test(
            "what fails first stays, and nothing is done any more",
            arguments: [
                (FAKE_UP, 700, "copying 8 bytes to the GPU gave CUDA_ERROR_ILLEGAL_ADDRESS (an illegal memory access"),
                (FAKE_HOST_TAKE, 2, "copying 8 bytes to the GPU gave CUDA_ERROR_OUT_OF_MEMORY"),
                (FAKE_DOWN, 719, "copying 8 bytes from the GPU gave CUDA_ERROR_LAUNCH_FAILED"),
            ])
        func failures(_ kind: fake_kind, _ status: Int32, _ words: String) throws {
            let device = try FakeGPU.open()
            fake_fail(kind, 0, status, false)
            let block = device.upload([1, 2])
            #expect(device.numbers(block, 2) == [0, 0])
            let sentence = try #require(device.failure)
            #expect(sentence.hasPrefix("Fake GPU: " + words), "\(sentence)")
            let launches = fake_count(FAKE_LAUNCH)
            device.launch(FakeGPU.nothing, LaunchSize(blocks: 1, threads: 32), [])
            #expect(fake_count(FAKE_LAUNCH) == launches && device.failure == sentence)
            #expect(device.memory == (0, 0))
        }

        @Test("a GPU that is lost says so once")
        func lost() throws {
            let device = try FakeGPU.open()
            let block = device.upload([1, 2])
            fake_fail(FAKE_WAIT, 0, 719, true)
            device.finish()
            device.finish()
            let words = try #require(device.failure)
            #expect(words.hasPrefix("Fake GPU: waiting for the GPU gave CUDA_ERROR_LAUNCH_FAILED"))
            #expect(words.hasSuffix("look at nvidia-smi, then run the same command again"))
            #expect(device.numbers(block, 2) == [0, 0])
            device.giveBack(block)
        }
    }
}
