import CSynFakeCUDA
import Foundation
import SynCUDA
import SynTensors
import Testing

extension FakeGPU {
    @Suite("is opened, or says why it is not")
    struct Opening {
        private func refusal(_ index: Int = 0, _ change: (inout fake_machine) -> Void) -> String {
            do {
                _ = try FakeGPU.open(index, change)
                return "opened"
            } catch {
                return "\(error)"
            }
        }

        @Test("with its facts, and everything given back at its end")
        func opened() throws {
            do {
                let device = try FakeGPU.open()
                #expect(device.name == "Fake GPU")
                #expect(device.facts.contains("9.0, 132 multiprocessors, CUDA 13.0, NVRTC 13.0, cuBLASLt 130100"))
                #expect(device.failure == nil)
                #expect(device.memory.total == 80 << 30)
                #expect(device.memory.free == 80 << 30 - 64 << 20)   // the products' workspace
                _ = device.upload([1, 2, 3])
                device.giveBack(device.take(100))
            }
            #expect(fake_host_bytes_taken() == 0)
            #expect(fake_bytes_taken() == 512)   // the block that nobody gave back
        }

        @Test("one sentence for each way in which there is none")
        func refusals() {
            #expect(refusal { $0.deviceCount = 0 }.hasPrefix("no GPU: the NVIDIA driver is there, but shows none"))
            #expect(refusal(1) { _ in }.hasPrefix("there is no GPU number 1: this machine shows one, number 0"))
            #expect(refusal(-1) { $0.deviceCount = 4 }.contains("shows numbers 0 to 3"))
            #expect(refusal { $0.major = 7 }.contains("GPU 0, Fake GPU, has compute capability 7.0"))
            #expect(
                refusal { $0.othersBytes = 80 << 30 - 100 << 20 }.hasPrefix(
                    "GPU 0, Fake GPU: 100 MiB of 81920 MiB are free, and other programs have the rest"))
        }

        @Test(
            "what the driver refuses is said in its words",
            arguments: [
                (
                    FAKE_INIT, 999,
                    "starting the NVIDIA driver gave the status 999; the GPU is lost or its driver has stopped"
                ),
                (FAKE_CONTEXT, 2, "GPU 0, Fake GPU: no memory is free, and other programs have the rest"),
                (FAKE_CONTEXT, 46, "beginning work on GPU 0, Fake GPU gave CUDA_ERROR_DEVICE_UNAVAILABLE"),
                (FAKE_TAKE, 2, "Fake GPU: taking 64 MiB of memory for products gave CUDA_ERROR_OUT_OF_MEMORY"),
            ])
        func driver(_ kind: fake_kind, _ status: Int32, _ beginning: String) {
            fake_reset()
            fake_fail(kind, 0, status, false)
            do {
                _ = try CUDADevice(
                    0, FakeGPU.libraries, KernelCache(folder: URL(filePath: "/dev/null/a")), FakeGPU.sources)
                Issue.record("opened")
            } catch {
                #expect("\(error)".hasPrefix(beginning), "\(error)")
            }
            #expect(fake_bytes_taken() == 0)
        }

        @Test("code is made for its architecture, or for the newest before it")
        func targets() throws {
            let compiler = try KernelCompiler(fake_compiler().pointee)
            #expect(try compiler.target(major: 9, minor: 0).name == "sm_90a")
            #expect(try compiler.target(major: 8, minor: 0).name == "sm_80")
            #expect(try compiler.target(major: 8, minor: 9).name == "sm_86")
            #expect(try compiler.target(major: 10, minor: 3).name == "sm_100")
            #expect(try compiler.target(major: 12, minor: 0).name == "compute_100")
            #expect(throws: CUDAFailure.self) { try compiler.target(major: 7, minor: 0) }
        }
    }
}
