/** Small things that a reader has chosen, kept in this browser from one visit to the next. */
export class Kept {
  /**
   * @param _place - what they are about, such as the address of a Jupyter server
   */
  constructor(private readonly _place: string) {}

  get(name: string, otherwise: boolean): boolean {
    const value = window.localStorage.getItem(this._key(name));
    return value === null ? otherwise : value === 'yes';
  }

  set(name: string, value: boolean): void {
    try {
      window.localStorage.setItem(this._key(name), value ? 'yes' : 'no');
    } catch {
      // A browser that keeps nothing begins anew with each visit.
    }
  }

  private _key(name: string): string {
    return `jupyter-colonies:${this._place}:${name}`;
  }
}
