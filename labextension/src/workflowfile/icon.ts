import { LabIcon } from '@jupyterlab/ui-components';

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
<path class="jp-icon3" fill="#616161" d="M3 1h6.500L13.500 5v10H3V1zm1.100 1.100v11.800h8.300V5.800H8.700V2.100H4.100z"/>
<g class="jp-icon-brand1 jp-icon-selectable" fill="#0a67b0">
<circle class="jp-icon-brand1 jp-icon-selectable" fill="#0a67b0" cx="8.200" cy="7.600" r="1.300"/>
<circle class="jp-icon-brand1 jp-icon-selectable" fill="#0a67b0" cx="6" cy="11.600" r="1.300"/>
<circle class="jp-icon-brand1 jp-icon-selectable" fill="#0a67b0" cx="10.500" cy="11.600" r="1.300"/>
<path class="jp-icon-brand1 jp-icon-selectable" fill="#0a67b0" d="M7.700 7.700 5.600 11.400l.8.4 2.100-3.700zM8.800 7.700l2.100 3.700-.8.4L8 8.100z"/>
</g></svg>`;

/** The icon of workflow files: a sheet with a graph on it. */
export const workflowFileIcon = new LabIcon({
  name: 'jupyter-colonies:workflow-file',
  svgstr: SVG
});

const side = (
  path: string
) => `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
<path class="jp-icon3" fill="#616161" fill-rule="evenodd" d="M2 2.500h12v11H2v-11z${path}"/></svg>`;

/** Shows or hides what is beside a text. */
export const sideIcon = new LabIcon({
  name: 'jupyter-colonies:side',
  svgstr: side('M3.200 3.700v8.600h5V3.700h-5z')
});

/** Puts what is beside a text below it. */
export const turnIcon = new LabIcon({
  name: 'jupyter-colonies:turn',
  svgstr: side('M3.200 3.700v3.700h9.600V3.700H3.200zM3.200 8.600v3.700h9.600V8.600H3.200z')
});
