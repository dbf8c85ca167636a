import { IRanks } from './layout';

const SWEEPS = 8;

/** The rows in the order with the fewest crossings that was found by sweeping down and up. */
export function ordered({ rows, uppers, lowers }: IRanks): number[][] {
  let best = rows;
  let fewest = crossings(rows, lowers);
  let current = rows;
  const rank: number[] = uppers.map(() => 0);
  rows.forEach(row => row.forEach((item, place) => (rank[item] = place)));
  for (let sweep = 0; sweep < SWEEPS && fewest; sweep += 1) {
    const downward = sweep % 2 === 0;
    const neighbours = downward ? uppers : lowers;
    const swept = (downward ? current : [...current].reverse()).map(row => {
      const centre = new Map(row.map(item => [item, mean(neighbours[item], rank, rank[item])]));
      const sorted = [...row].sort((one, other) => centre.get(one)! - centre.get(other)!);
      sorted.forEach((item, place) => (rank[item] = place));
      return sorted;
    });
    current = downward ? swept : swept.reverse();
    const found = crossings(current, lowers);
    if (found < fewest) {
      best = current;
      fewest = found;
    }
  }
  return best;
}

function mean(near: readonly number[], rank: readonly number[], otherwise: number): number {
  return near.length ? near.reduce((sum, each) => sum + rank[each], 0) / near.length : otherwise;
}

/** Number of crossing pairs of edges between neighbouring rows. */
function crossings(rows: readonly number[][], lowers: readonly number[][]): number {
  const rank: number[] = [];
  rows.forEach(row => row.forEach((item, place) => (rank[item] = place)));
  const widest = rows.reduce((most, row) => Math.max(most, row.length), 0);
  let total = 0;
  for (const row of rows) {
    const ends = new Tally(widest);
    for (const item of row) {
      const mine = lowers[item].map(lower => rank[lower]);
      mine.forEach(end => (total += ends.beyond(end)));
      mine.forEach(end => ends.count(end));
    }
  }
  return total;
}

/** Counts numbers below a limit, and says how many were greater than one. */
class Tally {
  constructor(limit: number) {
    this._sums = new Int32Array(limit + 1);
  }

  count(number: number): void {
    this._total += 1;
    for (let at = number + 1; at < this._sums.length; at += at & -at) {
      this._sums[at] += 1;
    }
  }

  beyond(number: number): number {
    let upTo = 0;
    for (let at = number + 1; at > 0; at -= at & -at) {
      upTo += this._sums[at];
    }
    return this._total - upTo;
  }

  private readonly _sums: Int32Array;
  private _total = 0;
}
