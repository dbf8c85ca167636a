/** The commands that are about runs, by their ids. */
export const RunCommands = {
  open: 'jupyter-colonies:open-run',
  openLinked: 'jupyter-colonies:open-linked-run',
  openSource: 'jupyter-colonies:open-source',
  cancel: 'jupyter-colonies:cancel-run',
  rerun: 'jupyter-colonies:rerun-run',
  watch: 'jupyter-colonies:watch-run',
  unwatch: 'jupyter-colonies:unwatch-run',
  toggleWatch: 'jupyter-colonies:toggle-watch-run',
  copyId: 'jupyter-colonies:copy-run-id',
  copyLink: 'jupyter-colonies:copy-run-link',
  openCell: 'jupyter-colonies:open-cell'
} as const;
