import { openCell } from './cells/opencell';
import { cells } from './cells/plugin';
import { colony, settings } from './colony/plugin';
import { inspector } from './inspector/plugin';
import { notices } from './notices/plugin';
import { output } from './output/plugin';
import { panel } from './panel/plugin';
import { run } from './run/plugin';
import { status } from './status/plugin';
import { workflowFile } from './workflowfile/plugin';

export default [
  colony,
  settings,
  cells,
  openCell,
  notices,
  output,
  panel,
  run,
  inspector,
  status,
  workflowFile
];
