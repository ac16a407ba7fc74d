import CSynFakeCUDA
import SynCUDA
import SynTensors
import Testing

extension FakeGPU {
    @Suite("multiplies")
    struct Products {
        @Test("whatever lies turned, with bias and addend", arguments: ProductCase.all)
        func cases(_ trial: ProductCase) throws {
            let device = try FakeGPU.open()
            #expect(trial.error(on: device) <= trial.tolerance)
            #expect(device.failure == nil)
        }

        @Test("into its addend too")
        func inPlace() throws {
            let device = try FakeGPU.open()
            var trial = ProductCase(7, 5, 3, .float32, .float32)
            trial.hasAddend = true
            trial.isInPlace = true
            #expect(trial.error(on: device) <= trial.tolerance)
        }

        @Test("plans are made once for sizes, types and alignment")
        func plans() throws {
            let device = try FakeGPU.open()
            let product = DeviceProduct(rows: 4, outs: 4, inner: 4, type: .float32, outType: .float32)
            let block = device.take(4096).address
            for shift in [0, 0, 256, 4, 4, 0] as [UInt64] {
                device.multiply(
                    product, left: block + shift, right: block, bias: nil, addend: nil, into: block + 2048)
            }
            #expect(fake_count(FAKE_SEARCH) == 2 && fake_count(FAKE_MULTIPLY) == 6 && device.failure == nil)
            #expect(device.multiplies(product))
        }

        @Test("by the next algorithm where one refuses, which then stays")
        func refusals() throws {
            let device = try FakeGPU.open()
            fake_set_algorithms(3, 1)
            let trial = ProductCase(7, 5, 3, .float32, .float32)
            #expect(trial.error(on: device) <= trial.tolerance)
            #expect(fake_count(FAKE_MULTIPLY) == 2)
            #expect(trial.error(on: device) <= trial.tolerance)
            #expect(fake_count(FAKE_MULTIPLY) == 3 && device.failure == nil)
        }

        @Test("what no algorithm multiplies is said")
        func unsupported() throws {
            let device = try FakeGPU.open()
            fake_set_algorithms(0, 0)
            #expect(!device.multiplies(DeviceProduct(rows: 7, outs: 5, inner: 3, type: .bfloat16, outType: .bfloat16)))
            _ = ProductCase(7, 5, 3, .bfloat16, .bfloat16).error(on: device)
            let words = "cuBLASLt does not multiply [7, 3] · [3, 5] of BFloat16 (CUBLAS_STATUS_NOT_SUPPORTED)"
            #expect(device.failure == "Fake GPU: " + words)
        }

        @Test("biases of Float32 are added by a kernel where cuBLASLt does not")
        func biasByKernel() throws {
            let device = try FakeGPU.open()
            fake_refuse_f32_bias(true)
            var trial = ProductCase(7, 5, 3, .bfloat16, .float32)
            (trial.hasBias, trial.hasAddend) = (true, true)
            #expect(trial.error(on: device) <= trial.tolerance)
            #expect(device.failure == nil && fake_count(FAKE_LAUNCH) == 1)
        }

        @Test("large ones are timed once, without touching what they will write")
        func timing() throws {
            let device = try FakeGPU.open()
            device.operationsToTime = 210
            var trial = ProductCase(7, 5, 3, .float32, .float32)
            (trial.hasBias, trial.hasAddend, trial.isInPlace) = (true, true, true)
            #expect(trial.error(on: device) <= trial.tolerance)
            // Three algorithms, each once and three times more, and the product itself.
            #expect(fake_count(FAKE_MULTIPLY) == 13)
            #expect(trial.error(on: device) <= trial.tolerance)
            #expect(fake_count(FAKE_MULTIPLY) == 14)
            trial.product.rows = 6   // fewer operations
            #expect(trial.error(on: device) <= trial.tolerance)
            #expect(fake_count(FAKE_MULTIPLY) == 15 && device.failure == nil)
        }

        @Test("algorithms that refuse are not chosen by their time")
        func timingRefused() throws {
            let device = try FakeGPU.open()
            fake_set_algorithms(8, 7)
            device.operationsToTime = 0
            let trial = ProductCase(7, 5, 3, .float32, .float32)
            #expect(trial.error(on: device) <= trial.tolerance)
            #expect(fake_count(FAKE_MULTIPLY) == 7 + 4 + 1 && device.failure == nil)
        }
    }
}
