// Texts that are none of the pairs: a caption of one's own through the text tower, or a phrase that came with the page.
import { singlesOf } from "./blocks.js";
import { element } from "./elements.js";
import { piecesOf, place } from "./places.js";
import { shortened } from "./sketch.js";
import { Tower } from "./tower.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./map.js").MapView} MapView */
/** @typedef {{text: string, query: {vector: number[], sign: number}[], words: string}} Typed */

/**
 * @param {import("./state.js").Facts} facts
 * @param {string[]} captions
 * @param {State} state
 * @param {() => MapView[]} maps those that are shown
 * @param {import("./detail.js").DetailView} detail
 * @param {(ask: any) => Promise<any>} ask
 */
export function typing(facts, captions, state, maps, detail, ask) {
  const { phrases } = facts;
  if (!facts.tower && !phrases.length) return;
  place("type").hidden = false;
  const input = /** @type {HTMLInputElement} */ (place("caption"));
  input.placeholder = shortened(captions[0] || "a caption", 48);
  /** @type {Typed | null} */
  let last = null;
  let landing = 0;
  const land = async () => {
    if (!last) return;
    const { text, query, words } = last;
    landing += 1;
    try {
      for (const map of maps()) {
        const isLinear = map.layout[0] === "pca";
        const { place: at } = await ask({ kind: "ask", query, shift: state.shift(), map: map.target, isLinear });
        map.mark = { x: at[0], y: at[1], text };
        map.redraw(false);
      }
    } finally { landing -= 1; }
    place("typed").textContent = words + (state.method === "pca" ? "exact here" : "by its neighbours");
  };
  const show = async (/** @type {Typed} */ typed) => {
    last = typed;
    await land();
    detail.askAbout("“" + typed.text + "”", typed.query);
  };
  const embed = facts.tower ? towerOf(facts) : null;
  for (const one of [input, place("type").querySelector("button"), place("type").querySelector("label")]) {
    if (one && !embed) /** @type {HTMLElement} */ (one).hidden = true;
  }
  place("type").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text || !embed) return;
    const { vector, tokens, cut } = embed(text);
    show({ text, query: [{ vector: Array.from(vector), sign: 1 }], words: `${tokens} tokens${cut ? ", the end cut off" : ""}; ` });
  });
  if (phrases.length) offer(facts, show);
  let timer = 0;
  state.listen((what) => {   // the caption moves with the space, also while it is on its way to a map
    if (!(landing || maps().some((map) => map.mark)) || !["gap", "map", "beside"].includes(what)) return;
    clearTimeout(timer);
    timer = setTimeout(land, 60);
  });
}

/** @param {import("./state.js").Facts} facts */
function towerOf(facts) {
  /** @type {Tower | undefined} */
  let tower;
  const embed = (/** @type {string} */ text) => (tower = tower || new Tower(facts.tower, piecesOf("tower"))).embed(text);
  Object.assign(window, { explorerTower: embed });
  return embed;
}

/**
 * A list of the phrases that came with the page.
 * @param {import("./state.js").Facts} facts
 * @param {(typed: Typed) => void} show
 */
function offer(facts, show) {
  place("phrase-field").hidden = false;
  if (!facts.tower) /** @type {HTMLElement} */ (place("phrase-field").firstElementChild).textContent = "Phrases";
  const select = /** @type {HTMLSelectElement} */ (place("phrase"));
  const option = (/** @type {string} */ text, /** @type {string} */ value) => {
    const made = /** @type {HTMLOptionElement} */ (element("option", "", text));
    made.value = value;
    return made;
  };
  select.append(option("choose one", ""), ...facts.phrases.map((text, number) => option(shortened(text, 60), String(number))));
  /** @type {Float32Array | undefined} */
  let vectors;
  select.addEventListener("change", () => {
    if (select.value === "") return;
    vectors = vectors || singlesOf(piecesOf("phrases"));
    const number = Number(select.value);
    const vector = Array.from(vectors.subarray(number * facts.width, (number + 1) * facts.width));
    show({ text: facts.phrases[number], query: [{ vector, sign: 1 }], words: "" });
  });
}
