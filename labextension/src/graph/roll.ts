import { known, microseconds } from './moment';
import { nameOf, Node } from './node';
import { rounded } from './number';
import { LOOKS, stateText } from './palette';

/**
 * Process id, name, state, function, executor type, executor, begin, end, words on the state.
 *
 * Begin and end are milliseconds since 1970, 0 before they are known. The row of a process that is
 * not there at the moment that is shown ends with an empty state.
 */
export type Row = (string | number)[];

const ABSENT = '';

/** Numbers the processes in the order in which they become known, and has a row for each. */
export class Roll {
  /**
   * Take in what is shown now.
   *
   * @param nodes - the processes that are shown
   * @param changed - those that may have changed, also such that are not shown any more
   * @returns the rows that are new or have changed, by their numbers
   */
  take(nodes: ReadonlyMap<string, Node>, changed: Iterable<string>): Map<number, Row> {
    const told = new Map<number, Row>();
    for (const processid of changed) {
      const node = nodes.get(processid);
      const number = this._numbers.get(processid) ?? this.rows.length;
      const before = this.rows[number];
      const row = node ? rowOf(node) : [...before.slice(0, 2), ABSENT];
      const fresh = !node || !before || !equal(before, row);
      this._numbers.set(processid, number);
      if (fresh) {
        this.rows[number] = row;
        told.set(number, row);
      }
    }
    return told;
  }

  get numbers(): ReadonlyMap<string, number> {
    return this._numbers;
  }

  readonly rows: Row[] = [];
  private readonly _numbers = new Map<string, number>();
}

function rowOf(node: Node): Row {
  return [
    node.processid,
    nameOf(node),
    LOOKS[node.state].word,
    node.funcname,
    node.executortype,
    node.executorname,
    milliseconds(node.starttime),
    milliseconds(node.endtime),
    stateText(node)
  ];
}

function milliseconds(moment: string): number {
  return known(moment) ? rounded((microseconds(moment) / 1e6) * 1000) : 0;
}

function equal(one: Row, other: Row): boolean {
  return one.length === other.length && one.every((each, place) => each === other[place]);
}
