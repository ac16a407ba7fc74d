// Colours that colour-blind readers tell apart too: blue and orange for the two kinds, Okabe and Ito's with different
// lightness for groups, and ramps that grow darker (or lighter, on dark paper) all the way.

/** @typedef {[number, number, number]} RGB */

/** Whether paper is dark now. */
export const isDark = () => document.documentElement.dataset.paper === "dark"
  || (document.documentElement.dataset.paper !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);

/**
 * @param {string} hex
 * @returns {RGB}
 */
export function rgb(hex) {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Pictures, texts. */
export const kindColours = () => (isDark() ? ["#56b4e9", "#f29a4a"] : ["#0072b2", "#c8540a"]);

const groupsLight = ["#0072b2", "#d55e00", "#009e73", "#a0568a", "#8a6d00", "#3a3f9e", "#56a0d3", "#7a3b10", "#4d7d32", "#5d6670"];
const groupsDark = ["#56b4e9", "#f29a4a", "#3ccf9f", "#d99cc6", "#e6cf5a", "#9aa0ff", "#9fd3f5", "#d99a70", "#a5d67f", "#a3abb5"];

/**
 * @param {number} group
 * @returns {string}
 */
export const groupColour = (group) => (isDark() ? groupsDark : groupsLight)[group % 10];

export const greyColour = () => (isDark() ? "#3a424b" : "#d3d8dd");

const rampLight = ["#6b2a04", "#c8540a", "#f6d3b4", "#fbfbfa", "#cfe0ec", "#86b6d6", "#3a80b5", "#12507f", "#0a2a4a"];
const rampDark = ["#ffd9b0", "#f29a4a", "#7a4214", "#12161b", "#15344f", "#1f5f8f", "#3f97cf", "#8fcdf2", "#eaf7ff"];

/**
 * The colour of a cosine from the lowest shown to 1, as 256 steps; paper is 0.
 * @param {number} low -0.25, or -1 where cosines go far below 0
 * @returns {Uint32Array} RGBA in memory order
 */
export function cosineRamp(low) {
  const rampAt = [low, low === -1 ? -0.5 : low, low === -1 ? -0.15 : -0.08, 0, 0.12, 0.3, 0.5, 0.75, 1];
  const stops = (isDark() ? rampDark : rampLight).map(rgb);
  const out = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const value = low + ((1 - low) * i) / 255;
    let k = 0;
    while (k < rampAt.length - 2 && value > rampAt[k + 1]) k++;
    const part = Math.min(Math.max((value - rampAt[k]) / (rampAt[k + 1] - rampAt[k] || 1), 0), 1);
    const mixed = stops[k].map((from, c) => Math.round(from + part * (stops[k + 1][c] - from)));
    out[i] = (255 << 24) | (mixed[2] << 16) | (mixed[1] << 8) | mixed[0];
  }
  return out;
}

const amountsLight = ["#dfe6ea", "#f0b878", "#cf6a1f", "#7c2f0a", "#2b0f05"].map(rgb);
const amountsDark = ["#2b3138", "#7a4214", "#cf6a1f", "#f2b26a", "#fff0d8"].map(rgb);

/**
 * @param {number} part from 0 to 1
 * @returns {RGB}
 */
export function amountColour(part) {
  const stops = isDark() ? amountsDark : amountsLight;
  const at = Math.min(Math.max(part, 0), 1) * (stops.length - 1);
  const k = Math.min(Math.floor(at), stops.length - 2);
  return /** @type {RGB} */ (stops[k].map((from, c) => Math.round(from + (at - k) * (stops[k + 1][c] - from))));
}
