import CSynCUDA
import SynTensors

extension CUDADevice {
    package func launch(_ kernel: DeviceKernel, _ size: LaunchSize, _ arguments: [KernelArgument]) {
        precondition(arguments.count <= CUDA_MOST_ARGUMENTS, "\(kernel.function) has too many arguments")
        guard size.blocks.x > 0, size.blocks.y > 0, size.blocks.z > 0 else { return }
        work(()) {
            guard let function = prepared(kernel, sharedBytes: size.sharedBytes) else { return }
            perform(.launch(function, kernel, size, words: arguments.map(\.word)))
        }
    }

    package func multiply(
        _ product: DeviceProduct, left: DeviceAddress, right: DeviceAddress, bias: DeviceAddress?,
        addend: DeviceAddress?, into out: DeviceAddress
    ) {
        precondition(product.hasBias == (bias != nil) && product.hasAddend == (addend != nil), "a product's operands")
        guard product.rows > 0, product.outs > 0 else { return }
        work(()) {
            guard let bias, product.outType == .bfloat16 else {
                multiplyPrepared(
                    product, cuda_product(product, left: left, right: right, bias: bias, addend: addend, out: out))
                return
            }
            // cuBLASLt adds biases of the product's own type only.
            let rounded = take(2 * product.outs)
            launch(
                DeviceKernel("to_bf16", in: "elementwise"),
                LaunchSize(blocks: (product.outs + 255) / 256, threads: 256),
                [.address(bias), .address(rounded.address), .long(Int64(product.outs))])
            multiplyPrepared(
                product,
                cuda_product(product, left: left, right: right, bias: rounded.address, addend: addend, out: out))
            giveBack(rounded)
        }
    }

    /// Whether cuBLASLt multiplies such matrices where they are well aligned.
    package func multiplies(_ product: DeviceProduct) -> Bool {
        work(false) {
            let place: DeviceAddress = 1 << 20
            let operands = cuda_product(
                product, left: place, right: place, bias: product.hasBias ? place : nil,
                addend: product.hasAddend ? place : nil, out: place)
            if case .success = products.plan(product, operands, workspaceBytes: workspace.byteCount) { return true }
            return false
        }
    }

    /// Compiles (all at once) and loads kernels before they are needed.
    package func prepare(_ list: [DeviceKernel]) {
        work(()) {
            do { try kernels.prepare(list) } catch { fail("\(error)") }
        }
    }
}

// MARK: - Preparing

extension CUDADevice {
    /// A kernel that is loaded and may use so much shared memory; nil and a failure where it cannot be.
    private func prepared(_ kernel: DeviceKernel, sharedBytes: Int) -> KernelStore.Loaded? {
        let function: KernelStore.Loaded
        do {
            function = try kernels.function(kernel)
        } catch {
            fail("\(error)")
            return nil
        }
        guard sharedBytes > function.sharedBytes else { return function }
        let attribute = Int32(CUDA_FUNCTION_SHARED_BYTES)
        guard
            check(
                driver.function_set(function.handle, attribute, Int32(sharedBytes)),
                "asking for \(sharedBytes) bytes of shared memory (\(gpu.sharedBytes) are there) for \(kernel.function)"
            )
        else { return nil }
        function.sharedBytes = sharedBytes
        return function
    }

    private func multiplyPrepared(_ product: DeviceProduct, _ operands: cuda_product) {
        switch products.plan(product, operands, workspaceBytes: workspace.byteCount) {
        case .success(let plan):
            if let least = operationsToTime, !plan.isTimed, product.operations >= least {
                time(plan, product, operands)
            }
            perform(.product(plan, product, operands))
        case .failure where product.hasBias && product.outType == .float32:
            // Some sizes are multiplied without a bias only.
            var (plain, without) = (product, operands)
            plain.hasBias = false
            without.bias = 0
            multiplyPrepared(plain, without)
            let count = product.count * product.rows * product.outs
            launch(
                DeviceKernel("add_f32", in: "elementwise"),
                LaunchSize(blocks: min((count + 255) / 256, 64 * gpu.multiprocessors), threads: 256),
                [
                    .address(operands.out), .address(operands.bias), .address(operands.out), .long(Int64(count)),
                    .long(Int64(product.outs)),
                ])
        case .failure(let refusal):
            fail("cuBLASLt does not multiply \(product.words) (\(products.words(for: refusal.status)))")
        }
    }

    /// Keeps the fastest of a plan's algorithms. Results go to memory of their own, so that the product's is not
    /// touched; where there is none, the first algorithm stays.
    private func time(_ plan: ProductPlans.Plan, _ product: DeviceProduct, _ operands: cuda_product) {
        plan.isTimed = true
        let (count, bytes) = (products.count(plan), product.count * product.rows * product.outs * product.outType.width)
        guard count > 1, let scratch = takeQuietly(bytes) else { return }
        defer { blocks.put(scratch) }
        var trial = operands
        trial.out = scratch.address
        func run(_ algorithm: Int) -> Bool {
            products.run(plan, trial, algorithm: algorithm, workspace, stream) == 0
        }
        var best = Double.infinity
        for algorithm in 0..<count where failure == nil && run(algorithm) {
            var isFine = true
            let seconds = self.seconds { for _ in 0..<3 where isFine { isFine = run(algorithm) } }
            // A later one must be clearly faster, since clocks vary.
            if isFine, seconds < 0.98 * best { (best, plan.algorithm) = (seconds, algorithm) }
        }
    }
}

// MARK: - Doing

extension CUDADevice {
    /// Asks for work now, or notes it.
    package func perform(_ task: DeviceWork) {
        if let recording {
            recording.tasks.append(task)
        } else if let problem = problem(with: task) ?? problemAfter(task) {
            fail(problem)
        }
    }

    /// What went wrong while a task was done, where each is waited for.
    package func problemAfter(_ task: DeviceWork) -> String? {
        guard waitsForEach else { return nil }
        let status = driver.stream_wait(stream)
        return status == 0 ? nil : driver.sentence(task.words, status)
    }

    /// Asks for work; what went wrong, as a sentence.
    package func problem(with task: DeviceWork) -> String? {
        switch task {
        case .launch(let function, let kernel, let size, let words):
            let status = withUnsafePointer(to: driver) { driver in
                cuda_launch(
                    driver, function.handle, UInt32(size.blocks.x), UInt32(size.blocks.y), UInt32(size.blocks.z),
                    UInt32(size.threads), UInt32(size.sharedBytes), stream, words, Int32(words.count))
            }
            return status == 0 ? nil : driver.sentence("launching \(kernel.function)", status)
        case .product(let plan, let product, let operands):
            let status = products.run(plan, operands, workspace, stream)
            return status == 0 ? nil : "multiplying \(product.words) gave \(products.words(for: status))"
        case .copy(let from, let to, let byteCount):
            let status = driver.copy_up(to, from, byteCount, stream)
            return status == 0 ? nil : driver.sentence("copying \(byteCount) bytes to the GPU", status)
        }
    }
}
