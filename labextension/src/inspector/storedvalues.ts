import { TranslationBundle } from '@jupyterlab/translation';

import { Connection } from '../server/connection';
import { isObject } from './tree';
import { Bundle, IReference } from './values';

/** Bytes of the largest file that is fetched to be shown. */
const LARGEST = 64 << 20;

/** What is kept beside a value for what its author saw of it. */
const RICH = '.mime';

/** Fetches values that are kept as files of a colony. */
export class StoredValues {
  constructor(
    private readonly _connection: Connection,
    private readonly _colonyname: string,
    private readonly _trans: TranslationBundle
  ) {}

  /**
   * What the author of a value saw of it.
   *
   * @throws Refused, NotReached, or an error that says in words why it can't be shown.
   */
  async rich(reference: IReference, signal: AbortSignal): Promise<Bundle> {
    const found = await this._json(reference.file + RICH, reference.rich, signal);
    if (!isObject(found)) {
      throw new Error(this._trans.__('What its author saw was not kept in a form that is known.'));
    }
    return found;
  }

  /** A value that is kept as JSON; throws as `rich` does. */
  value(reference: IReference, signal: AbortSignal): Promise<unknown> {
    return this._json(reference.file, reference.sha256, signal);
  }

  private async _json(path: string, sha256: string, signal: AbortSignal): Promise<unknown> {
    const colonyname = this._colonyname;
    const cut = path.lastIndexOf('/');
    const query = { label: path.slice(0, cut), name: path.slice(cut + 1) };
    const files = '/colonies/{colonyname}/files';
    const { items } = await this._connection.get(files, { path: { colonyname }, query, signal });
    const [file] = items;
    if (!file) {
      throw new Error(this._trans.__('The file %1 is not there any more.', path));
    }
    if (sha256 && /^sha-?256$/i.test(file.checksumalg) && file.checksum !== sha256) {
      throw new Error(this._trans.__('The file %1 is not the one of this value any more.', path));
    }
    if (file.size > LARGEST) {
      throw new Error(this._trans.__('It is too large to be shown here.'));
    }
    const content = '/colonies/{colonyname}/files/{fileid}/content';
    const { fileid } = file;
    const text = await this._connection.text(content, { path: { colonyname, fileid }, signal });
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new Error(this._trans.__("The file %1 can't be read.", path));
    }
  }
}
