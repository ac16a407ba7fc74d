/// Sums and sums of squares of each channel of images [samples, pixels, channels], in parts of so many pixels: of the
/// numbers themselves where the kernel that wrote the images made them, and of differences to each image's first pixel
/// where a kernel read them for it.
struct DeviceMoments {
    /// Float64 [samples, parts, 2, channels], each in the room of two Float32.
    let table: Tensor
    let partPixels: Int

    init(samples: Int, parts: Int, channels: Int, partPixels: Int, on device: any Device) {
        table = Tensor(uninitialised: [samples, parts, 2, channels, 2], on: device)
        self.partPixels = partPixels
    }
}
