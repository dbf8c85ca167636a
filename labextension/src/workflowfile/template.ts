import type { Language } from './completion';

/** One call of `execute`, which the shell executor and those for containers offer. */
function spec(nodename: string, says: string, dependencies: string[]) {
  const conditions = { executortype: 'container-executor', dependencies };
  return { nodename, funcname: 'execute', kwargs: { cmd: `echo ${says}` }, conditions };
}

const DIAMOND = [
  spec('task_a', 'TASK A', []),
  spec('task_b', 'TASK B', ['task_a']),
  spec('task_c', 'TASK C', ['task_a']),
  spec('task_d', 'TASK D', ['task_b', 'task_c'])
];

/** What is in a new workflow file: a diamond that the shell executor can run. */
export function template(language: Language): string {
  return language === 'json' ? inJson() : inYaml();
}

function inJson(): string {
  const text = JSON.stringify(DIAMOND, null, 2);
  return (
    text.replace(/\[\s+("[^\]]*?")\s+\]/g, (_, names: string) => {
      return `[${names.replace(/\s+/g, ' ')}]`;
    }) + '\n'
  );
}

function inYaml(): string {
  const nodes = DIAMOND.map(
    ({ nodename, funcname, kwargs, conditions }) => `- nodename: ${nodename}
  funcname: ${funcname}
  kwargs:
    cmd: ${kwargs.cmd}
  conditions:
    executortype: ${conditions.executortype}
    dependencies: [${conditions.dependencies.join(', ')}]
`
  );
  return `# Each node calls a function as soon as the nodes it depends on have succeeded.
# "%colonies executor start shell" in a notebook starts an executor for this type.
${nodes.join('')}`;
}
