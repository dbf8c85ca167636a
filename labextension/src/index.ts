import { openCell } from './cells/opencell';
import { colony, settings } from './colony/plugin';
import { inspector } from './inspector/plugin';
import { output } from './output/plugin';
import { run } from './run/plugin';

export default [colony, settings, openCell, output, run, inspector];
