import { callsOf } from '#engine/bytes/shell-commands';
import { latin1 } from '#engine/bytes/text';
import { isText } from '#engine/describe/encoded/layers';

/** What decoded bytes are, and what stands in them. */
export interface Content {
  readonly holds: string;
  readonly says: readonly string[];
}

const LINES = 40;
/** Programs that make a text a script of a shell. */
const SHELL_WORDS =
  /^(?:wget|curl|nc|ncat|telnetd?|dropbear|ssh|sshd|sh|bash|busybox|echo|cat|chmod|chown|cp|mv|rm|mkdir|mknod|mount|export|sleep|iptables|insmod|kill|killall|passwd|adduser|useradd|ifconfig|ip|route|crontab|nohup|tftp|ftpget|exec|if|while|cd|grep|sed|awk|python\d?|perl|socat|openssl|reboot|uci|nvram)$/;

/** Names what decoded bytes hold; null: nothing that can be read. */
export function contentOf(bytes: Uint8Array): Content | null {
  const head = latin1(bytes.subarray(0, 64));
  if (head.startsWith('\x7fELF')) return { holds: 'elf', says: [`a program of ${bytes.length} bytes`] };
  if (!isText(bytes)) return null;
  const text = latin1(bytes);
  const calls = callsOf(bytes, 'decoded');
  const commands = calls.filter(({ name }) => SHELL_WORDS.test(name));
  const interpreter = /^#!\s?(\S{2,60})/.exec(text)?.[1];
  const accounts = [...text.matchAll(/^([a-z_][\w-]{0,30}):[^:\n]{0,120}:\d{1,6}:/gm)].map(
    ([, name = '']) => `account ${name}`,
  );
  const addresses = addressesIn(text);
  const says = [
    ...commands.map(({ name, args }) => [name, ...args.flatMap(shownArgument)].join(' ')),
    ...accounts,
    ...addresses,
  ];
  const unique = [...new Set(says)].slice(0, LINES);
  if (interpreter !== undefined)
    return { holds: interpreter.endsWith('sh') ? 'shell script' : 'script', says: unique };
  if (commands.length > 0 && (commands.length * 3 >= calls.length || commands.length > 2))
    return { holds: 'shell script', says: unique };
  if (
    /\b(?:import (?:os|socket|subprocess)|os\.system|system\(|passthru\(|popen\(|eval\(|exec\(|function\s*\(|\$_(?:GET|POST|REQUEST))/.test(
      text,
    )
  )
    return { holds: 'script', says: unique };
  if (accounts.length > 0) return { holds: 'accounts', says: unique };
  return addresses.length > 0 ? { holds: 'address', says: unique } : { holds: 'text', says: [] };
}

/** Options, paths, ports and addresses without what may be secret; anything else is left out. */
function shownArgument(argument: string): readonly string[] {
  if (/^-{1,2}[A-Za-z][\w-]{0,20}$|^\/[\w./-]{1,100}$|^\d{1,5}$|^\d{3,4}$|^[+-][rwxst]{1,4}$/.test(argument))
    return [argument];
  return addressesIn(argument).slice(0, 1);
}

/** URLs cut to scheme, host and port; dotted quads. */
function addressesIn(text: string): readonly string[] {
  return [
    ...text
      .slice(0, 256 * 1024)
      .matchAll(
        /\b([a-z]{2,8}:\/\/)(?:[^\s/@"']{1,80}@)?([\w.-]{3,120}(?::\d{1,5})?)|\b(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?\b/gi,
      ),
  ]
    .slice(0, LINES)
    .map(([, scheme = '', host = '', quad = '']) => (quad === '' ? `${scheme}${host}` : quad));
}
