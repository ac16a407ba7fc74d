import Foundation
import SynPortraits
import TestSupport
import Testing

@Suite struct PortraitWorldTests {
    let world = PortraitWorld()

    @Test func aPortraitDependsOnItsIndexAlone() {
        let forwards = (0..<20).map { world.portrait(at: $0) }
        let backwards = (0..<20).reversed().map { PortraitWorld().portrait(at: $0) }
        #expect(forwards == backwards.reversed())
        #expect(forwards[3].pixels() == backwards.reversed()[3].pixels())
        #expect(forwards[3].captions == backwards.reversed()[3].captions)
        #expect(PortraitWorld(seed: 1).portrait(at: 3) != forwards[3])
        #expect(world.portrait(at: -5) != world.portrait(at: 5))
        #expect(world.portrait(at: .max).pixels(size: 8).count == 192)
    }

    /// The committed miniature models were trained in this world; a change here is a new world and needs new
    /// models. Attributes and captions must agree exactly, pixels up to other processors' rounding.
    @Test func theWorldIsTheOneTheModelsWereTrainedIn() {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325   // FNV-1a
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var sums: [Int] = [0, 0, 0]
        for index in 0..<500 {
            let portrait = world.portrait(at: index)
            let bits = portrait.attributes.bits
            for byte: UInt64 in 0..<5 { add(UInt8(truncatingIfNeeded: bits >> (8 * byte))) }
            for byte in portrait.captions.joined(separator: "\n").utf8 { add(byte) }
            let pixels = portrait.pixels()
            for k in pixels.indices { sums[k % 3] += Int(pixels[k]) }
        }
        let means: [Double] = sums.map { Double($0) / Double(64 * 64 * 500) }
        print("world: \(String(hash, radix: 16)), mean colours \(means)")
        #expect(hash == 0x8D87_F839_14AA_8301)
        let known: [Double] = [175.6131, 156.3306, 144.8134]
        for k in 0..<3 {
            let off: Double = abs(means[k] - known[k])
            #expect(off < 0.02)
        }
    }

    @Test func noTwoPortraitsAreAlike() {
        let pictures = Set((0..<500).map { world.portrait(at: $0).pixels(size: 32) })
        #expect(pictures.count == 500)
    }

    @Test func threadsDoNotMatter() async {
        let world = world
        let alone = (0..<40).map { world.portrait(at: $0).pixels() }
        let together = await withTaskGroup(of: (Int, [UInt8]).self) { group in
            for index in 0..<40 { group.addTask { (index, world.portrait(at: index).pixels()) } }
            var pictures = [[UInt8]](repeating: [], count: 40)
            for await (index, picture) in group { pictures[index] = picture }
            return pictures
        }
        #expect(alone == together)
    }

    @Test func theSplitHasThePapersProportion() {
        let splits = (0..<30_000).map(PortraitWorld.split)
        #expect(splits.filter { $0 == .training }.count == 25_000)
        for place in 0..<100 {
            for split in PortraitWorld.Split.allCases {
                #expect(PortraitWorld.split(of: PortraitWorld.index(of: place, in: split)) == split)
            }
        }
        #expect(Set((0..<100).map { PortraitWorld.index(of: $0, in: .training) }).count == 100)
        #expect(PortraitWorld.split(of: -1) == .validation)
    }

    @Test func theFaceIsTheSameAtEverySize() {
        // Shrinking a large portrait by averaging must give nearly the small one.
        var worst = 0.0
        var total = 0.0
        for index in 0..<30 {
            let small = world.portrait(at: index).pixels(size: 64)
            let large = world.portrait(at: index).pixels(size: 256)
            var difference = 0.0
            for y in 0..<64 {
                for x in 0..<64 {
                    for c in 0..<3 {
                        var sum = 0
                        for k in 0..<16 {
                            sum += Int(large[((4 * y + k / 4) * 256 + 4 * x + k % 4) * 3 + c])
                        }
                        difference += abs(Double(sum) / 16 - Double(small[(y * 64 + x) * 3 + c]))
                    }
                }
            }
            difference /= 64 * 64 * 3
            worst = max(worst, difference)
            total += difference
        }
        print("same face at 64 and 256: mean difference \(total / 30), worst portrait \(worst) of 255")
        #expect(worst < 6)
    }

    @Test func everyDrawnAttributeChangesThePicture() {
        for attribute in PortraitAttribute.allCases {
            var changed = 0.0
            var count = 0.0
            for index in 0..<400 where count < 12 {
                var with = world.portrait(at: index).attributes
                if attribute == .bald { with[.wearingHat] = false }
                var without = with
                with[attribute] = true
                without[attribute] = false
                with.makeConsistent()
                without.makeConsistent()
                guard with[attribute], with != without else { continue }
                let a = world.portrait(at: index, attributes: with).pixels()
                let b = world.portrait(at: index, attributes: without).pixels()
                changed += zip(a, b).reduce(0) { $0 + Double(abs(Int($1.0) - Int($1.1))) } / Double(a.count)
                count += 1
            }
            #expect(count > 0, "\(attribute.name) never came up")
            print(attribute.name, "changes the picture by", changed / max(count, 1), "of 255")
            #expect((changed > 0) == attribute.isDrawn, "\(attribute.name)")
        }
    }

    @Test func aPortraitIsDrawnQuickly() {
        // The thread's own processor time: other tests run beside this one.
        func seconds() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
        let begin = seconds()
        var bytes = 0
        for index in 0..<1000 { bytes += world.portrait(at: index).pixels().count }
        let each = (seconds() - begin) / 1000
        print("\(Int(1 / each)) portraits of 64 x 64 a second on one core")
        #expect(each < 0.005)
        #expect(bytes == 1000 * 64 * 64 * 3)
    }
}
