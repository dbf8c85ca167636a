import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { Contents } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';

import { IColony } from '../colony/colony';
import type { Language } from './completion';
import { readJson } from './json';
import { RunStore } from './runstore';
import { IWorkflowText, specsOf } from './specs';
import { Submitter, wordsFor } from './submitter';
import { template } from './template';
import { IReading } from './tree';
import { languageOf } from './workflowfile';
import { YamlReader } from './yaml';

/** What files are submitted and made with. */
export interface IFilingOptions {
  colony: IColony;
  contents: Contents.IManager;
  store: RunStore;
  trans: TranslationBundle;
  /** Show a file in the editor of workflow files. */
  open: (path: string) => Promise<unknown>;
  openRun: (workflowid: string) => void;
}

/** Submits workflow files that are not open, and makes new ones. */
export class Filing {
  constructor(private readonly _options: IFilingOptions) {
    this._submitter = new Submitter(_options.colony);
  }

  /** Submit a file as it was saved; what became of it is told as a notification. */
  async submit(path: string): Promise<void> {
    const { trans, contents, store, openRun } = this._options;
    const name = PathExt.basename(path);
    try {
      const said = await this._read(path);
      if (!said.sound) {
        const [first] = said.faults.filter(({ severity }) => severity === 'error');
        this._refuse(path, trans.__('“%1” was not submitted: %2', name, first.message));
        return;
      }
      const { processgraphid } = await this._submitter.submit(said);
      const run = { workflowid: processgraphid, submitted: Date.now(), nodes: said.specs.length };
      await store.add(contents.normalize(path), run);
      const show = { label: trans.__('Open the run'), callback: () => openRun(processgraphid) };
      Notification.success(trans.__('“%1” was submitted.', name), {
        autoClose: 5000,
        actions: [show]
      });
      openRun(processgraphid);
    } catch (error) {
      this._refuse(path, trans.__('“%1” was not submitted: %2', name, wordsFor(error, trans)));
    }
  }

  /** Make a file with a small workflow in a folder, and open it. */
  async create(folder: string, language: Language): Promise<unknown> {
    const { contents, open } = this._options;
    const ext = `.colony.${language}`;
    const { path } = await contents.newUntitled({ path: folder, type: 'file', ext });
    const content = template(language);
    await contents.save(path, { type: 'file', format: 'text', content });
    return open(path);
  }

  private async _read(path: string): Promise<IWorkflowText> {
    const { contents, trans } = this._options;
    const { content } = (await contents.get(path, {
      type: 'file',
      format: 'text',
      content: true
    })) as { content: unknown };
    const text = typeof content === 'string' ? content : '';
    return specsOf(readText(text, languageOf(path), trans), trans);
  }

  private _refuse(path: string, words: string): void {
    const { trans, open } = this._options;
    const show = { label: trans.__('Show the text'), callback: () => void open(path) };
    Notification.error(words, { autoClose: false, actions: [show] });
  }

  private readonly _submitter: Submitter;
}

/** Read all of a text at once. */
export function readText(text: string, language: Language, trans: TranslationBundle): IReading {
  if (language === 'json') {
    return readJson(text, trans);
  }
  const work = new YamlReader(trans).read(text);
  for (;;) {
    const step = work.next();
    if (step.done) {
      return step.value;
    }
  }
}
