/** Something depends on itself, so that it can't be drawn in layers. */
export class Cycle extends Error {
  constructor() {
    super('What is to be drawn depends on itself: the dependencies go round in a circle.');
    this.name = 'Cycle';
  }
}

/**
 * The layer of each node: the length of the longest path that leads to it.
 *
 * @param parents - the numbers of each node's parents
 * @throws Cycle
 */
export function depths(parents: readonly (readonly number[])[]): number[] {
  const children: number[][] = parents.map(() => []);
  const missing = parents.map(above => above.length);
  parents.forEach((above, node) => above.forEach(parent => children[parent].push(node)));
  const depth = parents.map(() => 0);
  const free = missing.flatMap((count, node) => (count ? [] : [node]));
  for (let place = 0; place < free.length; place += 1) {
    const node = free[place];
    for (const child of children[node]) {
      depth[child] = Math.max(depth[child], depth[node] + 1);
      missing[child] -= 1;
      if (!missing[child]) {
        free.push(child);
      }
    }
  }
  if (free.length < parents.length) {
    throw new Cycle();
  }
  return depth;
}

/** The parents of each node by their numbers, each once; those that are no nodes are left out. */
export function numbered(parents: ReadonlyMap<string, readonly string[]>): number[][] {
  const numbers = new Map([...parents.keys()].map((id, number) => [id, number]));
  return [...parents.values()].map(above =>
    [...new Set(above)].flatMap(parent => numbers.get(parent) ?? [])
  );
}
