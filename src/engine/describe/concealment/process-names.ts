import type { ShellCall } from '#engine/bytes/shell-commands';
import type { Finding } from '#engine/describe/concealment/finding';

/** Names that the kernel gives to its own threads, as `ps` shows them. */
const KERNEL_THREAD =
  /^(?:kworker|ksoftirqd|kthreadd|kswapd|migration|watchdogd?|rcu_(?:sched|bh|preempt|gp)|khelper|kdevtmpfs|kblockd|bioset|jbd2|mtdblock|netns|ata_sff|kauditd|kintegrityd|khungtaskd|oom_reaper)(?:[\d/:][\w/:+.-]{0,40})?$/;

/** Programs started, copied or renamed under the name of another. */
export function processNamesOf(call: ShellCall): readonly Finding[] {
  return [...started(call), ...copied(call), ...renamed(call)];
}

/** `exec -a NAME program` */
function started({ words, range }: ShellCall): readonly Finding[] {
  const at = words.findIndex((word, i) => word === 'exec' && words[i + 1] === '-a');
  const seems = words[at + 2];
  const program = words[at + 3];
  if (at === -1 || seems === undefined || program === undefined || baseOf(seems) === baseOf(program))
    return [];
  // a leading hyphen asks for a shell of a log-in
  if (seems.replace(/^-/, '') === baseOf(program)) return [];
  return [{ kind: 'disguise', range, form: 'process-name', seems, is: program }];
}

/** `cp /bin/sh '/tmp/[kworker]'`: a program under the name of a thread of the kernel. */
function copied({ name, args, range }: ShellCall): readonly Finding[] {
  if (!/^(?:cp|mv|ln|install)$/.test(name)) return [];
  const files = args.filter((arg) => !arg.startsWith('-'));
  const [is = '', seems = ''] = files.slice(-2);
  const bare = /\[([^\]]{1,60})\]$/.exec(seems)?.[1];
  if (files.length < 2 || baseOf(is) === baseOf(seems) || !KERNEL_THREAD.test(bare ?? baseOf(seems)))
    return [];
  // the name alone, without brackets, is a file's name like others unless it lies among programs or volatile files
  if (bare === undefined && !/(?:^|\/)(?:s?bin|tmp|shm|run)\//.test(seems)) return [];
  return [{ kind: 'disguise', range, form: 'process-name', seems, is }];
}

/** A process that writes its own name: /proc/self/comm, `prctl`. */
function renamed({ name, args, redirections, range }: ShellCall): readonly Finding[] {
  const target = redirections.find(
    ({ operator, target: to }) => operator.includes('>') && /^\/proc\/(?:self|\$\$|\$?\w+)\/comm$/.test(to),
  );
  if (target === undefined) return [];
  const seems = args
    .filter((arg) => !arg.startsWith('-'))
    .join(' ')
    .slice(0, 100);
  return [{ kind: 'disguise', range, form: 'process-name', seems, is: `${name} > ${target.target}` }];
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
