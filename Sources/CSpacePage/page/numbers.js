// Numbers as they are shown.

/**
 * A number with a sign that is as wide as a digit.
 * @param {number} value
 * @param {number} digits
 */
export function signed(value, digits) {
  return value.toFixed(digits).replace("-", "−");
}

/**
 * The same without a zero before the point.
 * @param {number} value
 * @param {number} digits
 */
export const short = (value, digits) => signed(value, digits).replace(/^(−?)0\./, "$1.");
