/** The word among those that are known that a mistyped one is likely to be; empty if none is near. */
export function closest(word: string, known: Iterable<string>): string {
  let best = '';
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const each of known) {
    if (Math.abs(each.length - word.length) < least) {
      const far = distance(word.toLowerCase(), each.toLowerCase());
      if (far < least) {
        [best, least] = [each, far];
      }
    }
  }
  return best;
}

/** How many letters have to be added, removed, changed or swapped with their neighbour. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1] ? 0 : 1;
      const swapped =
        row > 1 &&
        column > 1 &&
        one[row - 1] === other[column - 2] &&
        one[row - 2] === other[column - 1];
      current[column] = Math.min(
        above[column] + 1,
        current[column - 1] + 1,
        above[column - 1] + same,
        swapped ? before[column - 2] + 1 : Infinity
      );
    }
    [before, above] = [above, current];
  }
  return above[other.length];
}
