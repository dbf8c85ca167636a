import { LabIcon } from '@jupyterlab/ui-components';

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
<g class="jp-icon3" fill="#616161">
<rect x="5.5" y="1" width="5" height="4" rx="1.2"/>
<rect x="0.8" y="11" width="5" height="4" rx="1.2"/>
<rect x="10.2" y="11" width="5" height="4" rx="1.2"/>
<path d="M7.4 5v2.6L3 9.2V11h1.1V10L8 8.5 11.9 10v1H13V9.2L8.600 7.600V5z"/>
</g></svg>`;

/** The icon of a run: a process, and two that depend on it. */
export const runIcon = new LabIcon({ name: 'jupyter-colonies:run', svgstr: SVG });
