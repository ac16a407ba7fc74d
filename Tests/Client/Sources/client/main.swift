import Synesthesia

let encoder = try TextEmbedder("Weights/clip-small")
let decoder = try FaceDecoder("Weights/decoder")
let adapter = try PrefixAdapter.train(
    .init(steps: 100), on: CaptionedPicture.drawn(256), validation: CaptionedPicture.drawn(32, heldOut: true),
    encoder: encoder, decoder: decoder, in: "runs/readme"
) { step, loss in if let loss { print("step \(step): \(loss) nats per image token") } }

let caption = "She has blond hair and wears heavy makeup."
let face = try decoder.draw(encoder.embed([caption]), through: adapter, seed: 1)[0]
try face.write(to: "runs/readme/face.png")

let score = try CLIPJudge("Weights/clip-judge").scores([face], [caption])[0]
print("CLIP-Score \(score)")
print("p =", try GroupComparison([4.98, 3.16], [9.06, 8.37], names: ("BERT-style", "CLIP-style")).p)
