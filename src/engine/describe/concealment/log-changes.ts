import type { LogChangeForm } from '#domain/observed-concealment';
import type { ShellCall } from '#engine/bytes/shell-commands';
import { type Finding, shortly } from '#engine/describe/concealment/finding';

/** Files that say what happened, and records of sessions. */
const LOG =
  /(?:^|\/)(?:log|adm|audit)\/[\w./*?{},$-]+$|(?:^|\/)(?:wtmp|btmp|utmp|lastlog|messages|syslog|maillog|auth\.log|secure|daemon\.log|kern\.log|\.\w{0,8}history)$/;
/** Daemons that write them. */
const LOGGER =
  /^(?:syslogd?|klogd|logd|logger|rsyslogd?|syslog-ng|metalog|sysklogd|auditd|audit|systemd-journald|journald|ulogd|busybox-(?:syslogd|klogd))(?:\.service)?$/;

/** Commands that remove or keep away what would be recorded. */
export function logChangesOf(call: ShellCall): readonly Finding[] {
  const { name, args } = call;
  const by = shortly(call.line);
  const said = (form: LogChangeForm, of: string): Finding => ({
    kind: 'log-change',
    range: call.range,
    form,
    of,
    by,
  });
  return [
    ...wiped(call).map((of) => said('wiped', of)),
    ...(name === 'ln' && args.includes('/dev/null')
      ? args.filter((arg) => LOG.test(arg)).map((of) => said('redirected', of))
      : []),
    ...stopped(call).map((of) => said('suppressed', of)),
    ...(/^(?:syslogd|rsyslogd)$/.test(name) &&
    /^-O\s?\/dev\/null$/.test(args.slice(args.indexOf('-O')).slice(0, 2).join(' '))
      ? [said('redirected', name)]
      : []),
    ...unrecorded(call).map((of) => said('unrecorded', of)),
  ];
}

function wiped({ name, args, redirections }: ShellCall): readonly string[] {
  const logs = args.filter((arg) => !arg.startsWith('-') && LOG.test(arg));
  const written = redirections
    .filter(({ operator, target }) => operator === '>' && LOG.test(target))
    .map(({ target }) => target);
  switch (name) {
    case 'rm':
    case 'unlink':
    case 'shred':
    case 'truncate':
    case 'wipe':
      return logs;
    case 'sed':
      return args.some((arg) => /^-\w*i|^--in-place/.test(arg)) ? logs : [];
    case 'cp':
    case 'mv':
      return args[0] === '/dev/null' ? logs : [];
    case 'dd':
      return args.flatMap((arg) => (arg.startsWith('of=') && LOG.test(arg.slice(3)) ? [arg.slice(3)] : []));
    case '':
    case ':':
    case 'true':
      return written;
    case 'cat':
      return args.length === 0 || args[0] === '/dev/null' ? written : [];
    case 'echo':
    case 'printf':
      return args.every((arg) => arg === '-n' || arg === '') ? written : [];
    case 'grep':
      return args.some((arg) => /^-\w*v/.test(arg)) && logs.length > 0 ? logs : [];
    default:
      return [];
  }
}

function stopped({ name, args, program }: ShellCall): readonly string[] {
  const [first = '', second = ''] = args.filter((arg) => !arg.startsWith('-'));
  if (/^(?:killall5?|pkill)$/.test(name)) return args.filter((arg) => LOGGER.test(arg));
  if (/^(?:service|rc-service)$/.test(name)) return LOGGER.test(first) && second === 'stop' ? [first] : [];
  if (name === 'systemctl')
    return /^(?:stop|disable|mask|kill)$/.test(first) ? args.filter((arg) => LOGGER.test(arg)) : [];
  if (name === 'auditctl') return args.includes('-D') || args.join(' ').includes('-e 0') ? ['auditd'] : [];
  const script = /init\.d\/(?:[SK]\d{1,3})?([\w-]+)$/.exec(program)?.[1] ?? '';
  return /^(?:stop|disable)$/.test(first) && (LOGGER.test(script) || script === 'log') ? [script] : [];
}

function unrecorded({ name, args, assignments }: ShellCall): readonly string[] {
  const set = [
    ...assignments.map((each) => `${each.name}=${each.value}`),
    ...(/^(?:export|declare|typeset|readonly)$/.test(name) ? args : []),
  ];
  const off = set
    .filter((text) => /^(?:HISTFILE=(?:\/dev\/null)?|HIST(?:FILE)?SIZE=0)$/.test(text))
    .map((text) => text.split('=')[0] ?? '');
  if (name === 'unset') return [...off, ...args.filter((arg) => /^HIST(?:FILE|SIZE|FILESIZE)$/.test(arg))];
  if (name === 'history' && args.some((arg) => /^-\w*c/.test(arg))) return [...off, 'history'];
  return name === 'set' && args.join(' ') === '+o history' ? [...off, 'history'] : off;
}

/** A line of syslog.conf whose messages go nowhere.
 *  Source: syslog.conf(5) */
export function discardedBy(line: string): string | null {
  const match = /^\s*([a-z*][\w.,;!=*-]{2,120})\s+-?(?:\/dev\/null|~|stop)\s*$/.exec(line);
  return match !== null && (match[1] ?? '').includes('.') ? (match[1] ?? '') : null;
}
