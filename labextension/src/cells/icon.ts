import { LabIcon } from '@jupyterlab/ui-components';

/** A cell with a bolt in it: code that works for others. */
export const executorIcon = new LabIcon({
  name: 'jupyter-colonies:executor',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g fill="none">
    <rect class="jp-icon3" stroke="#616161" stroke-width="1.3" x="1.5" y="2.5" width="13" height="11" rx="1.5"/>
  </g>
  <path class="jp-icon3" fill="#616161" d="M8.9 4 5 8.7h2.5L7 12l4-4.8H8.4z"/>
</svg>`
});
