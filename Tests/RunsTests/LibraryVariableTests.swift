import SynRuns
import SynTensors
import Testing

/// What is set for the libraries before they are loaded.
@Suite struct LibraryVariableTests {
    @Test func whatTheUserSetStays() {
        #expect(LibraryVariables.missing(in: [:], limit: nil) == ["GOMP_SPINCOUNT": "1000"])
        #expect(LibraryVariables.missing(in: ["OMP_WAIT_POLICY": "passive"], limit: nil).isEmpty)
        #expect(LibraryVariables.missing(in: ["GOMP_SPINCOUNT": "1"], limit: nil).isEmpty)
        let chosen = ["GOMP_SPINCOUNT": "1", "OPENBLAS_CORETYPE": "Zen"]
        #expect(LibraryVariables.missing(in: chosen, limit: .avx2).isEmpty)
    }

    @Test func openBLASKeepsToTheLimit() {
        let given = ["GOMP_SPINCOUNT": "1"]
        #expect(LibraryVariables.missing(in: given, limit: .avx2) == ["OPENBLAS_CORETYPE": "Haswell"])
        #expect(LibraryVariables.missing(in: given, limit: .avx512) == ["OPENBLAS_CORETYPE": "SkylakeX"])
    }

    /// Every class says whether it is run in bf16 and why, whatever machine this is.
    @Test func precisionIsDecidedByClass() {
        #expect(PrecisionSetting.f32.resolved == .float32 && PrecisionSetting.bf16.resolved == .bfloat16)
        let isNarrow = [.amx, .avx512bf16].contains(ProcessorClass.here)
        #expect(PrecisionSetting.auto.told == (isNarrow ? "bf16" : "f32"))
        #expect(PrecisionSetting.reason.contains(ProcessorClass.here.rawValue))
        #expect(ProcessorClass.available.contains(ProcessorClass.here) && ProcessorClass.available.first == .generic)
    }

    /// What `precision: reproducible` needs of its surroundings, and where it cannot be.
    @Test func reproducibleIsOneClassOnTheCPU() throws {
        #expect(PrecisionSetting.reproducible.resolved == .float32 && PrecisionSetting.reproducible.remark == nil)
        #expect(PrecisionSetting.reproducible.told == "f32 reproducible")
        #expect(ReproducibleArithmetic.isSet(in: ReproducibleArithmetic.variables))
        #expect(!ReproducibleArithmetic.isSet(in: ["SYNESTHESIA_ISA": "avx2"]))
        let onGPU = #expect(throws: UserError.self) { try ReproducibleArithmetic.check(on: .cuda) }
        #expect(onGPU?.description.contains("on the CPU") == true)
        if ProcessorClass.available.contains(.avx2) {
            try ReproducibleArithmetic.check(on: .cpu)
        } else {
            let elsewhere = #expect(throws: UserError.self) { try ReproducibleArithmetic.check(on: .cpu) }
            #expect(elsewhere?.description.contains("AVX2") == true)
        }
    }
}
