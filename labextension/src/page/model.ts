/** What a script of a widget gets of its model: as much of anywidget's interface as ours use. */
export interface IPageModel {
  get<T = unknown>(name: string): T;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(events: string, callback: (...given: never[]) => void): void;
  off(events: string, callback: (...given: never[]) => void): void;
  send(message: unknown): void;
}

/** The script of a widget, as the kernel's widgets have it. */
export interface IPageScript {
  initialize?(given: { model: IPageModel }): void | (() => void);
  render(given: { model: IPageModel; el: HTMLElement }): void | (() => void);
}

type Callback = (...given: unknown[]) => void;

/**
 * A model for a widget's script that has no kernel behind it, but what the page knows.
 *
 * What the script sets is a change like any other. What it sends goes to `hear`; `tell` is the
 * other way.
 */
export class PageModel implements IPageModel {
  constructor(
    values: Record<string, unknown>,
    private readonly _hear: (message: Record<string, unknown>) => void = () => undefined
  ) {
    this._values = new Map(Object.entries(values));
  }

  get<T = unknown>(name: string): T {
    return this._values.get(name) as T;
  }

  set(name: string, value: unknown): void {
    if (this._values.get(name) !== value) {
      this._values.set(name, value);
      this._emit(`change:${name}`);
    }
  }

  /** Set several values, and only then tell of them. */
  update(values: Record<string, unknown>): void {
    const changed = Object.entries(values).filter(
      ([name, value]) => this._values.get(name) !== value
    );
    changed.forEach(([name, value]) => this._values.set(name, value));
    changed.forEach(([name]) => this._emit(`change:${name}`));
  }

  save_changes(): void {
    // A change is known as soon as it is made.
  }

  on(events: string, callback: (...given: never[]) => void): void {
    for (const event of events.split(' ')) {
      this._callbacks.set(event, [...(this._callbacks.get(event) ?? []), callback as Callback]);
    }
  }

  off(events: string, callback: (...given: never[]) => void): void {
    for (const event of events.split(' ')) {
      const others = (this._callbacks.get(event) ?? []).filter(each => each !== callback);
      this._callbacks.set(event, others);
    }
  }

  send(message: unknown): void {
    this._hear(message as Record<string, unknown>);
  }

  /** Send the script a message. */
  tell(message: unknown): void {
    this._emit('msg:custom', message);
  }

  private _emit(event: string, ...given: unknown[]): void {
    for (const callback of this._callbacks.get(event) ?? []) {
      callback(...given);
    }
  }

  private readonly _values: Map<string, unknown>;
  private readonly _callbacks = new Map<string, Callback[]>();
}
