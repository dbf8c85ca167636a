// The list of all processes on the page: what is searched, filtered and shown as a table.

/** What stands where in a row. */
export const [ID, NAME, STATE, FUNCTION, TYPE, EXECUTOR, BEGUN, ENDED, WORDS] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** Brings the page's list up to date, once for all views; a long one comes when it is asked for. */
export class Register {
  constructor(model) {
    this._model = model;
    this._take = () => {
      const { rows } = model.get("roll");
      for (const [number, row] of Object.entries(model.get("news").rows ?? {})) {
        rows[number] = row;
      }
    };
    model.on("change:news", this._take);
  }

  dispose() {
    this._model.off("change:news", this._take);
  }
}

/** The list, and which of its rows are searched for and not filtered out. */
export class Roll {
  constructor(model) {
    this._model = model;
    this._changed = () => {
      this._matches = undefined;
    };
    this._traits = "change:news change:roll change:search change:states msg:custom";
    model.on(this._traits, this._changed);
  }

  dispose() {
    this._model.off(this._traits, this._changed);
  }

  get rows() {
    return this._model.get("roll").rows;
  }

  /** Whether anything is searched for or filtered. */
  get narrowed() {
    return Boolean(this._model.get("search").trim() || this._model.get("states").length);
  }

  /** Whether all rows are there; those that are not are asked for. */
  get complete() {
    const wanted = this._model.get("news").heading?.rows ?? 0;
    if (this.rows.length >= wanted) {
      return true;
    }
    if (this._asked !== wanted) {
      this._asked = wanted;
      this._model.send({ wish: "roll" });
    }
    return false;
  }

  /** The numbers of the rows that match, in their order. */
  get matches() {
    if (!this._matches) {
      const words = this._model.get("search").trim().toLowerCase();
      const states = new Set(this._model.get("states"));
      this._matches = [];
      this.rows.forEach((row, number) => {
        if (row[STATE] && (!states.size || states.has(row[STATE])) && this._found(row, words)) {
          this._matches.push(number);
        }
      });
      this._set = new Set(this._matches);
    }
    return this._matches;
  }

  /** Whether one of these rows matches. */
  any(numbers) {
    return this.matches.length > 0 && numbers.some((number) => this._set.has(number));
  }

  _found(row, words) {
    return (
      !words ||
      [NAME, FUNCTION, EXECUTOR].some((place) => row[place].toLowerCase().includes(words)) ||
      row[ID].startsWith(words)
    );
  }
}
