/** The scripts that the kernel's widgets and this extension share. */
declare module '*/jupyter_colonies/widgets/dag/board.js' {
  const script: import('./model').IPageScript;
  export default script;
}
