import CSynCUDA
import SynTensors

/// Products that cuBLASLt has prepared, by their sizes, types and the alignment of their memory.
package final class ProductPlans {
    /// How one kind of product is multiplied.
    package final class Plan {
        let pointer: OpaquePointer
        /// Which of its algorithms is used.
        var algorithm = 0
        var isTimed = false

        init(_ pointer: OpaquePointer) { self.pointer = pointer }
    }

    private struct Key: Hashable {
        let product: DeviceProduct
        let alignments: [UInt8]
    }

    private let blas: cuda_blas
    private let handle: UnsafeMutableRawPointer
    private var plans: [Key: Plan] = [:]

    package init(blas: cuda_blas, handle: UnsafeMutableRawPointer) { (self.blas, self.handle) = (blas, handle) }

    /// The plan for a product with these addresses.
    package func plan(_ product: DeviceProduct, _ operands: cuda_product, workspaceBytes: Int) -> Result<Plan, Refusal>
    {
        let addresses = [operands.left, operands.right, operands.bias, operands.addend, operands.out]
        let key = Key(product: product, alignments: addresses.map { UInt8(min(8, $0.trailingZeroBitCount)) })
        if let known = plans[key] { return .success(known) }
        var (pointer, operands): (OpaquePointer?, cuda_product) = (nil, operands)
        let status = make(&operands, UInt64(workspaceBytes), &pointer)
        guard status == 0, let pointer else { return .failure(Refusal(status: status)) }
        let plan = Plan(pointer)
        plans[key] = plan
        return .success(plan)
    }

    package struct Refusal: Error {
        let status: Int32
    }

    /// Multiplies, by the next algorithm where one refuses; the status of the last that did.
    package func run(
        _ plan: Plan, _ operands: cuda_product, _ workspace: DeviceBlock, _ stream: UnsafeMutableRawPointer?
    )
        -> Int32
    {
        var status = run(plan, operands, algorithm: plan.algorithm, workspace, stream)
        while status != 0, plan.algorithm + 1 < count(plan) {
            plan.algorithm += 1
            status = run(plan, operands, algorithm: plan.algorithm, workspace, stream)
        }
        return status
    }

    package func run(
        _ plan: Plan, _ operands: cuda_product, algorithm: Int, _ workspace: DeviceBlock,
        _ stream: UnsafeMutableRawPointer?
    ) -> Int32 {
        withUnsafePointer(to: blas) { blas in
            withUnsafePointer(to: operands) { operands in
                cuda_plan_run(
                    blas, handle, plan.pointer, operands, Int32(algorithm), workspace.address,
                    UInt64(workspace.byteCount), stream)
            }
        }
    }

    package func count(_ plan: Plan) -> Int { Int(cuda_plan_algorithms(plan.pointer)) }

    /// A status as cuBLASLt says it.
    package func words(for status: Int32) -> String {
        blas.status_name(status).map { String(cString: $0) } ?? "the status \(status)"
    }

    package func removeAll() {
        for plan in plans.values { withUnsafePointer(to: blas) { cuda_plan_free($0, plan.pointer) } }
        plans = [:]
    }

    private func make(
        _ operands: inout cuda_product, _ workspaceBytes: UInt64, _ plan: inout OpaquePointer?
    ) -> Int32 {
        withUnsafePointer(to: blas) { cuda_plan_make($0, handle, &operands, workspaceBytes, &plan) }
    }
}

extension cuda_product {
    /// A product with where its operands are.
    package init(
        _ product: DeviceProduct, left: DeviceAddress, right: DeviceAddress, bias: DeviceAddress?,
        addend: DeviceAddress?, out: DeviceAddress
    ) {
        self.init(
            rows: Int64(product.rows), outs: Int64(product.outs), inner: Int64(product.inner),
            count: Int32(product.count),
            isBF16: product.type == .bfloat16, outIsBF16: product.outType == .bfloat16,
            leftIsTurned: product.leftIsTurned, rightIsTurned: product.rightIsTurned, left: left, right: right,
            bias: bias ?? 0, addend: addend ?? 0, out: out)
    }
}
