import { openCell } from './cells/opencell';
import { colony } from './colony/plugin';
import { output } from './output/plugin';

export default [colony, openCell, output];
