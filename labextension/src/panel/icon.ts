import { LabIcon } from '@jupyterlab/ui-components';

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 22 22">
  <g class="jp-icon3 jp-icon-selectable" fill="none" stroke="#616161" stroke-width="1.7"
    stroke-linejoin="round">
    <path d="M11 1.9 14.900 4.150 V8.650 L11 10.900 7.100 8.650 V4.150 Z"/>
    <path d="M6.300 10.900 10.200 13.150 V17.650 L6.300 19.900 2.400 17.650 V13.150 Z"/>
    <path d="M15.700 10.900 19.600 13.150 V17.650 L15.700 19.900 11.800 17.650 V13.150 Z"/>
  </g>
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <circle cx="11" cy="6.400" r="1.500"/>
    <circle cx="6.300" cy="15.400" r="1.500"/>
    <circle cx="15.700" cy="15.400" r="1.500"/>
  </g>
</svg>`;

/** Three cells of a comb, with somebody at work in each. */
export const colonyIcon = new LabIcon({ name: 'jupyter-colonies:colony', svgstr: SVG });
