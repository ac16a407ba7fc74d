import CSynFakeCUDA
import Foundation
import SynCUDA
import SynTensors
import TestSupport
import Testing

extension FakeGPU {
    @Suite("works")
    struct Work {
        @Test("arguments have the width and order of their declaration")
        func arguments() throws {
            let device = try FakeGPU.open()
            device.launch(
                DeviceKernel("mixed", in: "any"), LaunchSize(blocks: 3, 5, 7, threads: 96, sharedBytes: 640),
                [.address(0x1234_5678_9abc), .int(-2), .long(-3), .float(1.5), .double(-0.25)])
            device.finish()
            let launch = fake_last_launch()
            #expect(launch.grid.0 == 3 && launch.grid.1 == 5 && launch.grid.2 == 7)
            #expect(launch.threads == 96 && launch.sharedBytes == 640 && launch.count == 5)
            #expect(launch.words.0 == 0x1234_5678_9abc)
            #expect(UInt32(truncatingIfNeeded: launch.words.1) == UInt32(bitPattern: -2))
            #expect(launch.words.2 == UInt64(bitPattern: -3))
            #expect(UInt32(truncatingIfNeeded: launch.words.3) == Float(1.5).bitPattern)
            #expect(launch.words.4 == (-0.25).bitPattern)
            #expect(KernelArgument.address(nil).word == 0)
            device.launch(FakeGPU.nothing, LaunchSize(blocks: 0, threads: 32), [])   // nothing to do
            #expect(fake_count(FAKE_LAUNCH) == 1 && device.failure == nil)
        }

        @Test("shared memory is asked for once")
        func sharedMemory() throws {
            let device = try FakeGPU.open()
            let kernel = DeviceKernel("nothing", in: "any")
            for bytes in [48 << 10, 60_000, 60_000, 50_000, 70_000] {
                device.launch(kernel, LaunchSize(blocks: 1, threads: 32, sharedBytes: bytes), [])
            }
            #expect(fake_count(FAKE_ATTRIBUTE) == 3 && device.failure == nil)
            device.launch(kernel, LaunchSize(blocks: 1, threads: 32, sharedBytes: 300_000), [])
            #expect(device.failure?.contains("300000 bytes of shared memory (232448 are there) for nothing") == true)
        }

        @Test("kernels are compiled once and found again", arguments: [true, false])
        func cache(isWritable: Bool) throws {
            let folder = try Fixture.temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let place = isWritable ? folder.appending(path: "a/b") : URL(filePath: "/dev/null/kernels")
            func run() throws -> CUDADevice {
                let device = try FakeGPU.open(cache: place)
                for headSize in [0, 64, 0] {
                    device.launch(
                        DeviceKernel("nothing", in: "any", headSize: headSize), LaunchSize(blocks: 1, threads: 32), [])
                }
                #expect(device.failure == nil && fake_count(FAKE_LAUNCH) == 3)
                return device
            }
            #expect(try run().kernels.compilations == 2)
            #expect(try run().kernels.compilations == (isWritable ? 0 : 2))
            guard isWritable else { return }
            let files = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
            #expect(files.count == 2 && files.allSatisfy { $0.hasPrefix("any-") && $0.hasSuffix(".cubin") })
            #expect(files.contains { $0.hasPrefix("any-64-sm_90a-") })
            // One byte wrong, one cut short: both are compiled again, and whole afterwards.
            for (i, file) in files.enumerated() {
                var data = try Data(contentsOf: place.appending(path: file))
                if i == 0 { data[70] ^= 1 } else { data.removeLast(3) }
                try data.write(to: place.appending(path: file))
            }
            #expect(try run().kernels.compilations == 2)
            #expect(try run().kernels.compilations == 0)
        }

        @Test("code that the driver does not take any more is compiled again")
        func foreignCode() throws {
            let folder = try Fixture.temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            var device = try FakeGPU.open(cache: folder)
            device.prepare([FakeGPU.nothing])
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            KernelCache(folder: folder).keep(Array("ELF".utf8), as: try #require(files.first))
            device = try FakeGPU.open(cache: folder)
            device.prepare([FakeGPU.nothing])
            #expect(device.failure == nil && device.kernels.compilations == 1)
        }

        @Test("what is prepared is there when it is asked for, and what cannot be is said")
        func prepares() throws {
            let device = try FakeGPU.open()
            device.prepare([
                FakeGPU.nothing, DeviceKernel("mixed", in: "any"), DeviceKernel("add_f32", in: "elementwise"),
                DeviceKernel("nothing", in: "any", headSize: 64),
            ])
            #expect(device.kernels.compilations == 3 && fake_count(FAKE_MODULE) == 3)
            device.launch(FakeGPU.nothing, LaunchSize(blocks: 1, threads: 32), [])
            #expect(device.kernels.compilations == 3 && device.failure == nil)
            device.prepare([DeviceKernel("oops", in: "wrong")])
            #expect(device.failure?.contains("wrong.cu does not compile") == true)
        }

        @Test(
            "a kernel that cannot be had is named",
            arguments: [
                (
                    DeviceKernel("oops", in: "wrong"),
                    "wrong.cu does not compile for sm_90a with NVRTC 13.0 (NVRTC_ERROR_COMPILATION)"
                ),
                (DeviceKernel("oops", in: "wrong"), "wrong.cu(1): error: identifier \"oops\" is undefined | 1 error"),
                (DeviceKernel("some", in: "any"), "looking for some in any.cu gave CUDA_ERROR_NOT_FOUND"),
                (DeviceKernel("some", in: "none"), "there is no file of kernels named none"),
            ])
        func missing(_ kernel: DeviceKernel, _ words: String) throws {
            let device = try FakeGPU.open()
            device.launch(kernel, LaunchSize(blocks: 1, threads: 32), [])
            let sentence = try #require(device.failure)
            #expect(sentence.contains(words), "\(sentence)")
        }

        @Test("a launch that the GPU refuses is named")
        func refusedLaunch() throws {
            let device = try FakeGPU.open()
            fake_fail(FAKE_LAUNCH, 1, 700, true)
            for _ in 0..<4 { device.launch(FakeGPU.nothing, LaunchSize(blocks: 1, threads: 32), []) }
            let words = try #require(device.failure)
            #expect(words.contains("launching nothing gave CUDA_ERROR_ILLEGAL_ADDRESS"))
            #expect(words.contains("please report it"))
            #expect(fake_count(FAKE_LAUNCH) == 2)
        }

        @Test("what fails is named where each launch is waited for")
        func waiting() throws {
            let device = try FakeGPU.open()
            device.waitsForEach = true
            fake_fail(FAKE_WAIT, 1, 700, true)
            let recording = device.record {
                for threads in [32, 64, 96] {
                    device.launch(FakeGPU.nothing, LaunchSize(blocks: 3, 2, threads: threads), [])
                }
            }
            recording.replay()
            #expect(
                device.failure?.hasPrefix(
                    "Fake GPU: nothing (3, 2, 1 blocks of 64 threads) gave CUDA_ERROR_ILLEGAL_ADDRESS")
                    == true, "\(device.failure ?? "")")
            #expect(fake_count(FAKE_LAUNCH) == 2)
        }

        @Test("the GPU's clock is read around work")
        func clock() throws {
            let device = try FakeGPU.open()
            let seconds = device.seconds { device.launch(FakeGPU.nothing, LaunchSize(blocks: 1, threads: 32), []) }
            #expect(seconds == 0.001)   // one event later
        }
    }
}
