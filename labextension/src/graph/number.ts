/**
 * A number with so many decimals, as text: what lies exactly between two goes to the even one, as
 * in the rules that a kernel follows.
 */
export function fixed(value: number, digits: number): string {
  const size = Math.abs(value);
  let text = size.toFixed(digits);
  // Of two equally close, toFixed takes the larger one.
  if ((size * 2 ** (digits + 1)) % 2 === 1) {
    const scale = 10 ** digits;
    const larger = Math.round(Number(text) * scale);
    text = ((larger - (larger % 2)) / scale).toFixed(digits);
  }
  return value < 0 ? `-${text}` : text;
}

/** The nearest number with so many decimals. */
export function rounded(value: number, digits = 0): number {
  return Number(fixed(value, digits)) + 0;
}

/** A whole number with a comma between thousands. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
