/** Does something soon after it was asked for, once for however often it was, and never twice at a time. */
export class Pace {
  /**
   * @param _act - what is done
   * @param _pause - for how long requests are collected, in milliseconds, asked each time
   */
  constructor(
    private readonly _act: () => Promise<void> | void,
    private readonly _pause: () => number
  ) {}

  /** It is to be done, after the pause. */
  knock(): void {
    if (this._disposed || this._timer) {
      return;
    }
    this._timer = window.setTimeout(() => void this._run(), this._pause());
  }

  /** It is to be done now. */
  now(): void {
    window.clearTimeout(this._timer);
    this._timer = 0;
    void this._run();
  }

  dispose(): void {
    this._disposed = true;
    window.clearTimeout(this._timer);
  }

  private async _run(): Promise<void> {
    this._timer = 0;
    if (this._running) {
      this._again = true;
      return;
    }
    this._running = true;
    try {
      await this._act();
    } finally {
      this._running = false;
    }
    if (this._again) {
      this._again = false;
      this.knock();
    }
  }

  private _timer = 0;
  private _running = false;
  private _again = false;
  private _disposed = false;
}
