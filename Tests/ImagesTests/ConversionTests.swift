import SynImages
import SynTensors
import Testing

@Suite struct ConversionTests {
    @Test func rangesAreWhatTheySay() throws {
        let image = Image(width: 2, height: 1, pixels: [0, 51, 102, 153, 204, 255])
        #expect(Tensor(image, range: .byte).floats == [0, 51, 102, 153, 204, 255])
        #expect(Tensor(image, range: .unit).floats == [0, 0.2, 0.4, 0.6, 0.8, 1])
        #expect(Tensor(image, range: .signed).floats == [-1, -0.6, -0.2, 0.2, 0.6, 1])
        #expect(Tensor(image, range: .signed).shape == [1, 1, 2, 3])
    }

    @Test func backFromNumbersIsClippedAndTruncated() {
        func bytes(_ numbers: [Float], _ range: PixelRange) -> [UInt8] {
            Image.images(from: Tensor(numbers, shape: [1, numbers.count / 3, 1, 3]), range: range)[0].pixels
        }
        #expect(bytes([-1, 0, 1], .signed) == [0, 127, 255])
        #expect(bytes([-7, 0.999, .infinity], .signed) == [0, 254, 255])
        #expect(bytes([0.5, 1, .nan], .unit) == [127, 255, 0])
        #expect(bytes([254.99, -0.1, 256], .byte) == [254, 0, 255])
    }

    /// Truncation may cost one step, never more; the other two ranges lose nothing worth a name.
    @Test func thereAndBack() throws {
        let images = [noise(width: 16, height: 9), noise(width: 16, height: 9, seed: 5)]
        for range in [PixelRange.unit, .signed, .byte] {
            let batch = try Tensor(images, range: range)
            #expect(batch.shape == [2, 9, 16, 3])
            for (back, image) in zip(Image.images(from: batch, range: range), images) {
                let apart = difference(back, image)
                print("\(range): largest loss \(apart.largest), mean \(apart.mean)")
                #expect(apart.largest <= (range == .byte ? 0 : 1))
            }
        }
    }

    @Test func mixedSizesAreRefused() {
        let error = failure {
            _ = try Tensor([noise(width: 4, height: 4), noise(width: 4, height: 5)], range: .unit)
        }
        #expect(error?.description.contains("image 1 is 4×4, image 2 is 4×5") == true)
        #expect(failure { _ = try Tensor([Image](), range: .unit) } != nil)
    }

    @Test func croppingKeepsWhatIsInsideAndIsBlackOutside() {
        let image = Image(width: 3, height: 2, pixels: (1...6).flatMap { [UInt8](repeating: $0, count: 3) })
        func grey(_ image: Image) -> [UInt8] { stride(from: 0, to: image.pixels.count, by: 3).map { image.pixels[$0] } }
        #expect(grey(image.cropped(left: 1, top: 0, width: 2, height: 2)) == [2, 3, 5, 6])
        #expect(grey(image.cropped(left: -1, top: 1, width: 3, height: 2)) == [0, 4, 5, 0, 0, 0])
        #expect(grey(image.cropped(left: 5, top: 5, width: 1, height: 1)) == [0])
        #expect(grey(image.centerCropped(width: 2, height: 1)) == [1, 2])
        #expect(grey(image.centerCropped(width: 4, height: 1)) == [0, 1, 2, 3])
        #expect(image[2, 1] == Image.Color(repeating: 6))
    }
}
