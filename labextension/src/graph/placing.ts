import { IRanks } from './layout';

const SWEEPS = 10;

/** How much more the parts of a long edge want to be straight than nodes want to be near. */
const STRAIGHT = 8;

/** Neighbours that stand as close as allowed, with the mean and the weight of their wishes. */
interface IBlock {
  mean: number;
  weight: number;
  members: number;
}

/** Horizontal centre of each item, close to its neighbours' middle. */
export function placed(ranks: IRanks): number[] {
  const { rows, uppers, lowers } = ranks;
  const xs: number[] = uppers.map(() => 0);
  for (const row of rows) {
    const offsets = offsetsOf(row, ranks);
    row.forEach((item, place) => (xs[item] = offsets[place] - offsets[offsets.length - 1] / 2));
  }
  const settle = (row: readonly number[], wanted: readonly number[]) => {
    const found = settled(row, wanted, ranks);
    row.forEach((item, place) => (xs[item] = found[place]));
  };
  const pull = (item: number, near: readonly number[]) => pulled(item, near, xs, ranks);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const last = sweep >= SWEEPS - 2;
    const downward = sweep % 2 === 0;
    for (const row of downward ? rows : [...rows].reverse()) {
      const near = (item: number) =>
        last ? [...uppers[item], ...lowers[item]] : (downward ? uppers : lowers)[item];
      settle(
        row,
        row.map(item => pull(item, near(item)))
      );
    }
  }
  // The ends of the graph follow last: nothing hangs on them.
  const ends = [
    [uppers, lowers],
    [lowers, uppers]
  ];
  for (const [here, beyond] of ends) {
    for (const row of rows) {
      settle(
        row,
        row.map(item => (beyond[item].length ? xs[item] : pull(item, here[item])))
      );
    }
  }
  return xs;
}

/** Where its neighbours want an item; the parts of a long edge want to be straight. */
function pulled(
  item: number,
  near: readonly number[],
  xs: readonly number[],
  { slot }: IRanks
): number {
  if (!near.length) {
    return xs[item];
  }
  let sum = 0;
  let weights = 0;
  for (const each of near) {
    const weight = slot(item) && slot(each) ? STRAIGHT : 1;
    sum += weight * xs[each];
    weights += weight;
  }
  return sum / weights;
}

/**
 * Closest places to the wanted ones that keep order and distance (least squares).
 *
 * Neighbours whose wishes collide merge into a block, which stands at the mean of its wishes.
 */
function settled(row: readonly number[], wanted: readonly number[], ranks: IRanks): number[] {
  const offsets = offsetsOf(row, ranks);
  const blocks: IBlock[] = [];
  row.forEach((item, place) => {
    let block = { mean: wanted[place] - offsets[place], weight: ranks.weight(item), members: 1 };
    let last = blocks[blocks.length - 1];
    while (last && last.mean > block.mean) {
      const weight = block.weight + last.weight;
      const mean = (block.mean * block.weight + last.mean * last.weight) / weight;
      block = { mean, weight, members: block.members + last.members };
      blocks.pop();
      last = blocks[blocks.length - 1];
    }
    blocks.push(block);
  });
  const means = blocks.flatMap(({ mean, members }) => Array<number>(members).fill(mean));
  return means.map((mean, place) => mean + offsets[place]);
}

/** Places of a row's items if they stand as close as allowed, the first at 0. */
function offsetsOf(row: readonly number[], { width, gap }: IRanks): number[] {
  const offsets = [0];
  for (let place = 1; place < row.length; place += 1) {
    const apart = (width(row[place - 1]) + width(row[place])) / 2 + gap;
    offsets.push(offsets[place - 1] + apart);
  }
  return offsets;
}
