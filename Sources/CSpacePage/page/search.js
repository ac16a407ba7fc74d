// Words in captions: any or all of them, without some, or a pair's number.

/**
 * A mask of all items whose pair is found; null where nothing is looked for.
 * @param {string} text
 * @param {boolean} any
 * @param {string[]} captions lower case
 * @param {number} pairs
 * @returns {Uint8Array | null}
 */
export function findPairs(text, any, captions, pairs) {
  const words = text.toLowerCase().match(/-?"[^"]+"|\S+/g) || [];
  const numbers = words.filter((word) => /^#\d+$/.test(word)).map((word) => Number(word.slice(1)) - 1);
  const clean = (/** @type {string} */ word) => word.replace(/"/g, "");
  const without = words.filter((word) => word.length > 1 && word[0] === "-").map((word) => clean(word.slice(1)));
  const wanted = words.filter((word) => word[0] !== "-" && !/^#\d+$/.test(word)).map(clean);
  if (!numbers.length && !without.length && !wanted.length) return null;
  const mask = new Uint8Array(2 * pairs);
  for (let pair = 0; pair < pairs; pair++) {
    const caption = captions[pair] || "";
    const holds = (/** @type {string} */ word) => caption.includes(word);
    const isNamed = numbers.includes(pair);
    const isWanted = wanted.length ? (any ? wanted.some(holds) : wanted.every(holds)) : !numbers.length;
    if (isNamed || (isWanted && !without.some(holds))) mask[pair] = mask[pair + pairs] = 1;
  }
  return mask;
}
