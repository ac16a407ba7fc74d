// The state as the part of an address behind #, and back.

/**
 * Numbers as small bytes: differences of ascending ones, seven bits at a time, in the address's Base64.
 * @param {number[]} items
 */
export function packed(items) {
  const bytes = [];
  let last = 0;
  for (const item of items) {
    let rest = item - last;
    last = item;
    while (rest > 127) {
      bytes.push((rest & 127) | 128);
      rest >>= 7;
    }
    bytes.push(rest);
  }
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

/**
 * @param {string} text
 * @returns {number[]}
 */
export function unpacked(text) {
  let letters;
  try { letters = atob(text.replace(/-/g, "+").replace(/_/g, "/")); } catch { return []; }
  const items = [];
  let [last, rest, shift] = [0, 0, 0];
  for (let i = 0; i < letters.length; i++) {
    const byte = letters.charCodeAt(i);
    rest += (byte & 127) << shift;
    shift += 7;
    if (byte < 128) {
      last += rest;
      items.push(last);
      [rest, shift] = [0, 0];
    }
  }
  return items;
}

/**
 * The state as the part of an address behind #.
 * @param {import("./state.js").State} state
 */
export function addressOf(state) {
  const parts = new URLSearchParams({ v: "1", map: state.method, fit: state.fit });
  if (state.beside) parts.set("beside", state.beside);
  if (state.contours) parts.set("contours", "1");
  if (state.isCentred) parts.set("gap", "centred");
  else if (state.lambda !== 0) parts.set("gap", String(state.lambda));
  if (state.colour !== "kind") parts.set("colour", state.colour);
  if (state.pinned >= 0) parts.set("pin", String(state.pinned));
  if (state.search) parts.set("find", state.search);
  if (state.any) parts.set("any", "1");
  if (state.isolated) parts.set("only", "1");
  for (const slot of ["a", "b", "c"]) if (state.slots[slot] >= 0) parts.set(slot, String(state.slots[slot]));
  if (state.selectedCount > 0) {
    const items = [];
    for (let i = 0; i < state.selected.length; i++) if (state.selected[i]) items.push(i);
    parts.set("set", packed(items));
  }
  return "#" + parts.toString();
}

/**
 * Brings back what an address says; what it does not say, or says wrongly, is as at the beginning.
 * @param {import("./state.js").State} state
 * @param {string} address
 */
export function readAddress(state, address) {
  const parts = new URLSearchParams(address.replace(/^#/, ""));
  const known = parts.get("v") === "1" ? parts : new URLSearchParams();
  const item = (/** @type {string} */ name) => {
    const value = Number(known.get(name) ?? -1);
    return Number.isInteger(value) && value >= 0 && value < 2 * state.pairs ? value : -1;
  };
  state.method = known.get("map") || "pca";
  state.fit = known.get("fit") || "both";
  state.beside = known.get("beside") || "";
  state.contours = known.get("contours") === "1";
  state.isCentred = known.get("gap") === "centred";
  const lambda = Number(known.get("gap"));
  state.lambda = !state.isCentred && Number.isFinite(lambda) && Math.abs(lambda) <= 5 ? lambda : 0;
  state.colour = known.get("colour") || "kind";
  state.pinned = item("pin");
  state.search = known.get("find") || "";
  state.any = known.get("any") === "1";
  for (const slot of ["a", "b", "c"]) state.slots[slot] = item(slot);
  const mask = new Uint8Array(2 * state.pairs);
  for (const one of unpacked(known.get("set") || "")) if (one < mask.length) mask[one] = 1;
  state.selected = mask;
  state.selectedCount = mask.reduce((sum, one) => sum + one, 0);
  state.isolated = known.get("only") === "1" && state.selectedCount > 0;
}
