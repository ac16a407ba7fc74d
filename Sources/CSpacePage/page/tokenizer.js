// CLIP's pieces: bytes as letters, merged by rank within words (Sennrich et al. 2016; Radford et al. 2021). Text is
// brought to NFC, lower case and single blanks; damaged encodings are not mended here.

export class Tokenizer {
  /** @param {{vocabulary: string[], merges: string[], start: number, end: number, positions: number}} tower */
  constructor(tower) {
    this.ids = new Map(tower.vocabulary.map((token, id) => [token, id]));
    this.ranks = new Map(tower.merges.map((merge, rank) => [merge, rank]));
    this.start = tower.start;
    this.end = tower.end;
    this.positions = tower.positions;
    this.letters = byteLetters();
  }

  /**
   * @param {string} text
   * @returns {{ids: number[], cut: boolean}}
   */
  encode(text) {
    const clean = text.normalize("NFC").replace(/\s+/gu, " ").trim().toLowerCase();
    const words = clean.match(/'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu) || [];
    const inner = words.flatMap((word) => this.pieces(word));
    const cut = inner.length > this.positions - 2;
    return { ids: [this.start, ...inner.slice(0, this.positions - 2), this.end], cut };
  }

  /**
   * @param {string} word
   * @returns {number[]}
   */
  pieces(word) {
    const bytes = new TextEncoder().encode(word);
    let parts = Array.from(bytes, (byte) => this.letters[byte]);
    parts[parts.length - 1] += "</w>";
    for (;;) {
      let [best, at] = [Infinity, -1];
      for (let i = 0; i + 1 < parts.length; i++) {
        const rank = this.ranks.get(parts[i] + " " + parts[i + 1]);
        if (rank !== undefined && rank < best) [best, at] = [rank, i];
      }
      if (at < 0) break;
      const [left, right] = [parts[at], parts[at + 1]];
      const next = [];
      for (let i = 0; i < parts.length; i++) {
        if (parts[i] === left && parts[i + 1] === right) next.push(left + right), i++;
        else next.push(parts[i]);
      }
      parts = next;
    }
    return parts.map((part) => this.ids.get(part) ?? this.end);
  }
}

/** Each byte as a letter that can be seen: printable ones as they are, others from 256 on. */
function byteLetters() {
  const out = new Array(256);
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const shown = (byte > 32 && byte < 127) || (byte > 160 && byte < 256 && byte !== 173);
    out[byte] = String.fromCharCode(shown ? byte : next++);
  }
  return out;
}
