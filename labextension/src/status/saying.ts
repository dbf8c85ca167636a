import { TranslationBundle } from '@jupyterlab/translation';

import { Standing } from '../colony/colony';

/** How the server is, in words. */
export interface ISaying {
  /** A few words for the status bar. */
  short: string;
  /** What it means, and what can be done about it. */
  long: string;
  /** The command by which the server is started or enabled; empty where none helps. */
  command: string;
  glyph: string;
}

/** What this page knows of where it comes from. */
export interface IOrigin {
  /** Whether a JupyterHub starts this Jupyter server. */
  isHub: boolean;
}

/** How the server is, in words; `running` is the number of processes that run, if it is known. */
export function sayingOf(
  standing: Standing,
  running: number | null,
  origin: IOrigin,
  trans: TranslationBundle
): ISaying {
  switch (standing) {
    case 'there':
    case 'resting':
      return {
        glyph: running ? '▶\ufe0e' : '●',
        short: running ? trans.__('%1 running', running) : trans.__('ready'),
        long: running
          ? trans._n('One process is running.', '%1 processes are running.', running)
          : trans.__('The server is there, and nothing is running.'),
        command: ''
      };
    case 'looking':
      return {
        glyph: '…',
        short: trans.__('looking…'),
        long: trans.__('The server is being looked for.'),
        command: ''
      };
    case 'away':
      return {
        glyph: '○',
        short: trans.__('away'),
        long: origin.isHub
          ? trans.__('The Jupyter server does not answer. Start it on the page of your JupyterHub.')
          : trans.__('The Jupyter server does not answer. If it was stopped, start it again:'),
        command: origin.isHub ? '' : 'jupyter lab'
      };
    case 'refused':
      return {
        glyph: '⚿',
        short: trans.__('session expired'),
        long: trans.__('Jupyter does not know you any more. Sign in again, and this page goes on.'),
        command: ''
      };
    case 'absent':
      return {
        glyph: '–',
        short: trans.__('not enabled'),
        long: trans.__(
          'This Jupyter server has no colony: the extension is not installed where it runs, or ' +
            'not enabled. Enable it, and start Jupyter anew:'
        ),
        command: 'jupyter server extension enable jupyter_colonies'
      };
  }
}
