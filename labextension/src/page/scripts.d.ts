/** The scripts that the kernel's widgets and this extension share. */
declare module '*/jupyter_colonies/widgets/dag/board.js' {
  const script: import('./model').IPageScript;
  export default script;
}

declare module '*/jupyter_colonies/widgets/dag/roll.js' {
  import type { IPageModel } from './model';

  /** Brings the list of all processes up to date from what is told as `news`. */
  export class Register {
    constructor(model: IPageModel);
    dispose(): void;
  }

  /** The list, and which of its rows are searched for and not filtered out. */
  export class Roll {
    constructor(model: IPageModel);
    readonly matches: readonly number[];
    readonly narrowed: boolean;
    dispose(): void;
  }
}

declare module '*/jupyter_colonies/widgets/dag/table.js' {
  import type { Roll } from '*/jupyter_colonies/widgets/dag/roll.js';

  import type { IPageModel } from './model';

  /** The list as a table, of which only what is in view is made. */
  export class Table {
    constructor(model: IPageModel, sight: { choose(processid: string): void }, roll: Roll);
    readonly element: HTMLElement;
    readonly opener: HTMLButtonElement;
    dispose(): void;
  }
}

declare module '*/jupyter_colonies/widgets/inspector/inspector.js' {
  /** The inspector; `drawBundle` shows what a notebook shows, by MIME type. */
  export default function inspecting(options?: {
    drawBundle?: (bundle: Record<string, unknown>, name: string) => HTMLElement[];
  }): import('./model').IPageScript;
}

declare module '*/jupyter_colonies/widgets/page/elements.js' {
  /** An element with properties or attributes and children; texts are only ever set as text. */
  export function make<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    properties?: Record<string, unknown>,
    children?: (Node | string)[]
  ): HTMLElementTagNameMap[K];
  export function button(
    text: string,
    onclick: () => void,
    properties?: Record<string, unknown>
  ): HTMLButtonElement;
  /** A state's glyph and word on its colour. */
  export function chip(look: { glyph: string; word: string; fill: string }): HTMLSpanElement;
  /** A duration in seconds in words: `0.04 s`, `3 min 20 s`. */
  export function duration(seconds: number): string;
  /** A moment in the reader's zone; the exact value is its title. */
  export function moment(when: number | string): HTMLTimeElement;
}

declare module '*/jupyter_colonies/widgets/timeline/timeline.js' {
  /** A script for each timeline: `bars`, `news` and `chosen` are what it follows and sets. */
  export default function script(): import('./model').IPageScript;
}

declare module '*/jupyter_colonies/widgets/timeline/replay.js' {
  const script: import('./model').IPageScript;
  export default script;
}
