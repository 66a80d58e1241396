import { type Line, linesIn, wordsIn } from '#engine/describe/start-up/lines';
import type { Reader } from '#engine/describe/start-up/reader';
import { runArguments, runText } from '#engine/describe/start-up/script';
import { type Context, under } from '#engine/describe/start-up/starts';
import type { SystemFile } from '#engine/describe/start-up/tree';

/** Folders whose scripts the system runs when something happens, and what that is. */
const HOOKS: readonly (readonly [folder: string, by: string, when: string])[] = [
  ['etc/hotplug.d', 'hotplug', 'event'],
  ['etc/network/if-up.d', 'network', 'interface comes up'],
  ['etc/network/if-pre-up.d', 'network', 'interface comes up'],
  ['etc/ppp/ip-up.d', 'network', 'PPP connection comes up'],
  ['etc/ppp/ipv6-up.d', 'network', 'PPP connection comes up'],
  ['etc/udhcpc.d', 'network', 'address is assigned'],
  ['usr/share/udhcpc', 'network', 'address is assigned'],
  ['etc/NetworkManager/dispatcher.d', 'network', 'interface comes up'],
  ['etc/uci-defaults', 'rc', 'first start'],
  ['etc/profile.d', 'login', 'login'],
  ['etc/rc.button', 'hotplug', 'button'],
];

const SINGLE_HOOKS: readonly (readonly [path: string, by: string, when: string])[] = [
  ['etc/ppp/ip-up', 'network', 'PPP connection comes up'],
  ['etc/udhcpc.script', 'network', 'address is assigned'],
  ['etc/udhcpc.user', 'network', 'address is assigned'],
  ['etc/firewall.user', 'network', 'firewall starts'],
  ['etc/profile', 'login', 'login'],
  ['sbin/hotplug', 'hotplug', 'event'],
];

/** Reads what the system runs at events: hotplug, udev, mdev, interfaces, logins. The event is the condition. */
export function readEvents(reader: Reader, isRunning: boolean): void {
  const { system } = reader;
  const context = (by: string, when: string): Context => ({
    by,
    user: null,
    chain: [],
    conditions: [`at ${when}`],
    reached: isRunning,
  });
  for (const [folder, by, when] of HOOKS) {
    for (const path of below(reader, folder)) {
      const kind = path
        .slice(folder.length + 1)
        .split('/')
        .slice(0, -1)
        .join('/');
      const call = context(by, kind === '' ? when : `${kind} ${when}`);
      reader.waiting.push({ path, args: null, context: call, depth: 1 });
    }
  }
  for (const [path, by, when] of SINGLE_HOOKS)
    if (system.file(path) !== null)
      reader.waiting.push({ path, args: null, context: context(by, when), depth: 1 });
  eachTable(reader, ['etc/mdev.conf'], (file, line) =>
    readMdev(reader, file, line, context('mdev', 'event')),
  );
  const rules = ['etc/udev/rules.d', 'lib/udev/rules.d', 'usr/lib/udev/rules.d'].flatMap((folder) =>
    below(reader, folder),
  );
  eachTable(
    reader,
    [...new Set(rules)],
    (file, line) => readRule(reader, file, line, context('udev', 'event')),
    true,
  );
  const interfaces = ['etc/network/interfaces', ...below(reader, 'etc/network/interfaces.d')];
  eachTable(reader, interfaces, (file, line) =>
    readInterface(reader, file, line, context('network', 'interface comes up')),
  );
}

/** Files of a folder and of its folders. */
function below(reader: Reader, folder: string, depth = 0): readonly string[] {
  if (depth > 3) return [];
  return reader.system.names(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    return reader.system.file(path) === null ? below(reader, path, depth + 1) : [path];
  });
}

function eachTable(
  reader: Reader,
  paths: readonly string[],
  each: (file: SystemFile, line: Line) => void,
  joined = false,
): void {
  const seen = new Set<string>();
  for (const path of paths) {
    const file = reader.system.file(path);
    const bytes = file === null || seen.has(file.path) ? null : reader.system.text(file);
    if (file === null || bytes === null) continue;
    seen.add(file.path);
    for (const line of linesIn(bytes, joined)) each(file, line);
  }
}

/** `device user:group mode @command`: `@` after a device appears, `$` before it goes, `*` both. */
function readMdev(reader: Reader, file: SystemFile, { text, range }: Line, context: Context): void {
  const match = /^(\S{1,128})\s.*?\s[@$*](.+)$/.exec(text.slice(0, 2000));
  if (match === null) return;
  const own = under({ ...context, chain: [file.path] }, match[1] ?? '');
  runText(reader, match[2] ?? '', { file, range, context: own });
}

/** `MATCH=="…", RUN+="program arguments"`; the matches are kept as the condition. */
function readRule(reader: Reader, file: SystemFile, { text, range }: Line, context: Context): void {
  if (!text.includes('RUN') && !text.includes('PROGRAM') && !text.includes('IMPORT{program}')) return;
  const parts = text.slice(0, 8000).split(/,\s*(?=[A-Z])/);
  const matches = parts.filter((part) => /^[A-Z]\w*(?:\{[^}]*\})?\s*[=!]=/.test(part));
  const own = under({ ...context, chain: [file.path] }, matches.join(', '));
  for (const part of parts) {
    const run = /^(?:RUN(?:\{program\})?\s*[+:]?=|PROGRAM\s*={1,2}|IMPORT\{program\}\s*={1,2})\s*"(.*)"/.exec(
      part,
    );
    const words = run === null ? [] : wordsIn((run[1] ?? '').replaceAll('\\"', '"'));
    const [program, ...rest] = words;
    if (program === undefined) continue;
    // a program without a folder lies in lib/udev (udev(7))
    const path = program.includes('/') || program.startsWith('$') ? program : `/lib/udev/${program}`;
    runArguments(reader, [path, ...rest], { file, range, context: own });
  }
}

/** `up command`, `post-up command` of ifupdown. */
function readInterface(reader: Reader, file: SystemFile, { text, range }: Line, context: Context): void {
  const match = /^(?:pre-up|up|post-up)\s+(.+)$/.exec(text);
  if (match !== null)
    runText(reader, match[1] ?? '', { file, range, context: { ...context, chain: [file.path] } });
}
