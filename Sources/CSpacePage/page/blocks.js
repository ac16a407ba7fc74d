// Numbers out of Base64, for the page and its worker.

/**
 * The bytes of a block from its pieces.
 * @param {string[]} pieces Base64, each piece of whole groups
 * @returns {Uint8Array}
 */
export function bytesOf(pieces) {
  const parts = pieces.map((text) => {
    const native = /** @type {any} */ (Uint8Array).fromBase64;
    if (native) return /** @type {Uint8Array} */ (native.call(Uint8Array, text));
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
    return bytes;
  });
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Numbers in single precision.
 * @param {string[]} pieces
 */
export function singlesOf(pieces) {
  const found = bytesOf(pieces);
  const bytes = found.byteOffset % 4 === 0 ? found : found.slice();
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

/**
 * Half-precision numbers, widened.
 * @param {Uint8Array} bytes
 * @returns {Float32Array}
 */
export function halves(bytes) {
  const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const out = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const sign = bits[i] & 0x8000 ? -1 : 1;
    const exponent = (bits[i] >> 10) & 31;
    const fraction = bits[i] & 1023;
    out[i] = exponent === 0 ? sign * fraction * 2 ** -24
      : exponent === 31 ? (fraction ? NaN : sign * Infinity)
      : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return out;
}
