// Elements of the page by their names.

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export const place = (id) => {
  const found = document.getElementById(id);
  if (!found) throw new Error("the page has no " + id);
  return found;
};

/**
 * The pieces of a block, whose elements are then let go.
 * @param {string} name
 * @returns {string[]}
 */
export function piecesOf(name) {
  const pieces = [];
  for (let number = 0; ; number++) {
    const part = document.getElementById(`${name}.${number}`);
    if (!part) return pieces;
    pieces.push(part.textContent || "");
    part.remove();
  }
}
