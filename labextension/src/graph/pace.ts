import { IDisposable } from '@lumino/disposable';

/** Milliseconds between two paintings while changes keep coming, and what each element adds. */
const INTERVAL = 50;
const PER_ELEMENT = 0.1;

/** How many times the work of a painting has to pass before the next: it stays a small load. */
const SHARE = 3;

/** Milliseconds after which the next follows in any case: a first picture takes longer than others. */
const LONGEST = 300;

/**
 * When to paint: the first change at once, the changes that follow together, and none while
 * nobody can see them.
 */
export class Pace implements IDisposable {
  /**
   * @param paint - paints; the next painting waits until this one is done. It may say for how many
   *   milliseconds the page was at work, if that is not all the time that it took.
   * @param seen - whether anybody can see what is painted; `knock` when that has changed
   */
  constructor(
    private readonly _paint: () => Promise<number> | Promise<void>,
    private readonly _seen: () => boolean
  ) {}

  /** Elements of the picture: the page needs some time for each of them. */
  elements = 0;

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    this._disposed = true;
    window.clearTimeout(this._timer);
  }

  /** There is something new to paint. */
  knock(): void {
    this._new = true;
    this._begin();
  }

  /** What was not to be seen is now: paint it if it is due. */
  look(): void {
    this._begin();
  }

  private _begin(): void {
    if (!this._new || this._busy || this._disposed || !this._seen()) {
      return;
    }
    window.clearTimeout(this._timer);
    const wait = this._next - performance.now();
    if (wait > 0) {
      this._timer = window.setTimeout(() => this._begin(), wait);
    } else {
      void this._work();
    }
  }

  private async _work(): Promise<void> {
    this._new = false;
    this._busy = true;
    const begun = performance.now();
    let work: number | undefined;
    try {
      work = (await this._paint()) ?? undefined;
    } finally {
      work ??= performance.now() - begun;
      const pause = Math.min(SHARE * work, LONGEST);
      const interval = INTERVAL + this.elements * PER_ELEMENT;
      this._next = performance.now() + Math.max(interval, pause);
      this._busy = false;
    }
    this._begin();
  }

  private _new = false;
  private _busy = false;
  private _next = 0;
  private _timer = 0;
  private _disposed = false;
}
