// Elements of the page, made.

/**
 * An element with a class and content.
 * @param {string} tag
 * @param {string} kind
 * @param {(string | Node)[]} content
 * @returns {HTMLElement}
 */
export function element(tag, kind = "", ...content) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.append(...content);
  return made;
}

/**
 * @param {string} text
 * @param {() => void} action
 * @param {string} [title]
 */
export function button(text, action, title = "") {
  const made = /** @type {HTMLButtonElement} */ (element("button", "", text));
  made.type = "button";
  made.title = title;
  made.addEventListener("click", action);
  return made;
}
