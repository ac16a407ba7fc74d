// Drawings of lines and bars, made.

/**
 * @param {string} tag
 * @param {{[name: string]: string | number}} attributes
 * @param {...(string | Node)} content
 */
export function svg(tag, attributes, ...content) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...content);
  return made;
}
