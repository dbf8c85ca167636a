/** Gives back the least of what was put into it. */
export class Heap<T> {
  /**
   * @param _isLess - whether the first goes before the second
   */
  constructor(private readonly _isLess: (a: T, b: T) => boolean) {}

  get size(): number {
    return this._items.length;
  }

  /** The least; undefined if there is none. */
  get first(): T | undefined {
    return this._items[0];
  }

  push(item: T): void {
    const items = this._items;
    let place = items.push(item) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this._isLess(item, items[above])) {
        break;
      }
      items[place] = items[above];
      place = above;
    }
    items[place] = item;
  }

  /** Take the least out; undefined if there is none. */
  pop(): T | undefined {
    const items = this._items;
    const least = items[0];
    const last = items.pop();
    if (last !== undefined && items.length) {
      this._sink(last);
    }
    return least;
  }

  private _sink(item: T): void {
    const items = this._items;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below + 1 < items.length && this._isLess(items[below + 1], items[below])) {
        below += 1;
      }
      if (below >= items.length || !this._isLess(items[below], item)) {
        break;
      }
      items[place] = items[below];
      place = below;
    }
    items[place] = item;
  }

  private readonly _items: T[] = [];
}
