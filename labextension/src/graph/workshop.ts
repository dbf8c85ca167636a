import { IDisposable } from '@lumino/disposable';

import type { Answer, Stage, Wish } from './stage';

/**
 * Where pictures are made: a worker, or the page itself where a worker can't be started.
 *
 * Wishes are taken in their order. A policy of the page, or a proxy, may keep a worker's script
 * from being loaded, which shows only after a while: what was said until then is said again on
 * the page.
 */
export class Workshop implements IDisposable {
  /**
   * @param answer - is called with each answer
   * @param failed - is called if a worker that had begun stops for good
   * @param start - starts the worker; throws where there can be none
   */
  constructor(
    private readonly _answer: (answer: Answer) => void,
    private readonly _failed: (words: string) => void,
    start: () => Worker
  ) {
    try {
      this._worker = start();
    } catch {
      this._stayOnPage();
      return;
    }
    this._worker.onmessage = ({ data }: MessageEvent<Answer>) => this._hear(data);
    this._worker.onerror = event => {
      event.preventDefault();
      if (this._said) {
        this._worker?.terminate();
        this._worker = null;
        this._stayOnPage();
      } else {
        this._failed(event.message);
      }
    };
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** End the worker. */
  dispose(): void {
    this._disposed = true;
    this._worker?.terminate();
    this._worker = null;
    this._stage = null;
  }

  /** Tell something, or ask for something. */
  ask(wish: Wish): void {
    if (this._disposed) {
      return;
    }
    this._said?.push(wish);
    if (this._worker) {
      this._worker.postMessage(wish);
    } else if (this._stage) {
      this._take(this._stage, wish);
    }
  }

  private _hear(answer: Answer): void {
    this._said = null;
    if (answer.answer !== 'ready') {
      this._answer(answer);
    }
  }

  private _stayOnPage(): void {
    import('./stage').then(
      ({ Stage }) => {
        if (this._disposed) {
          return;
        }
        const stage = new Stage();
        this._stage = stage;
        const said = this._said ?? [];
        this._said = null;
        said.forEach(wish => this._take(stage, wish));
      },
      (error: unknown) => this._failed(error instanceof Error ? error.message : String(error))
    );
  }

  /** Answers come later, as those of a worker do. */
  private _take(stage: Stage, wish: Wish): void {
    const answer = stage.take(wish);
    if (answer) {
      queueMicrotask(() => {
        if (!this._disposed) {
          this._answer(answer);
        }
      });
    }
  }

  private _worker: Worker | null = null;
  private _stage: Stage | null = null;
  /** What was said before the worker was known to run. */
  private _said: Wish[] | null = [];
  private _disposed = false;
}
