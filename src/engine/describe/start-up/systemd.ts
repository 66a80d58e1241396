import type { ByteRange } from '#domain/range';
import { type Line, linesIn, wordsIn } from '#engine/describe/start-up/lines';
import { runRcFolder } from '#engine/describe/start-up/rc';
import type { Reader } from '#engine/describe/start-up/reader';
import { runArguments } from '#engine/describe/start-up/script';
import { type Context, under } from '#engine/describe/start-up/starts';
import { baseOf, type System, type SystemFile } from '#engine/describe/start-up/tree';

/** Where units lie, the first wins (systemd.unit(5), table "Load path"). */
const FOLDERS = [
  'etc/systemd/system',
  'usr/local/lib/systemd/system',
  'usr/lib/systemd/system',
  'lib/systemd/system',
];
/** Units of one tree. */
const UNITS = 5000;

interface Unit {
  readonly name: string;
  /** The file and those of its drop-in folder. */
  readonly files: readonly SystemFile[];
  readonly settings: readonly Setting[];
}

/** One `key=value` with the place of its line. */
interface Setting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly file: SystemFile;
  readonly range: ByteRange;
}

/** How start-up comes to a unit. */
interface Way {
  readonly chain: readonly string[];
  readonly conditions: readonly string[];
  readonly user: string | null;
}

/** Reads units from default.target on: what targets want and require, sockets, timers and paths with their services.
 *  Units that nothing leads to are described as not reached. False: the tree has no systemd. */
export function readSystemd(reader: Reader): boolean {
  const { system } = reader;
  const names = unitNames(system);
  const present = isSystemd(system);
  if (names.length === 0) return present;
  const reached = new Map<string, Way>();
  if (present) {
    const start =
      system.has('etc/systemd/system/default.target') || unitFile(system, 'default.target') !== null;
    const first = start ? 'default.target' : 'multi-user.target';
    reachAll(system, [first, 'sysinit.target', 'basic.target'], reached);
  }
  for (const [name, way] of reached) startUnit(reader, name, way, true);
  const nowhere: Way = { chain: [], conditions: [], user: null };
  for (const name of names)
    if (!reached.has(name) && !name.includes('@.')) startUnit(reader, name, nowhere, false);
  for (const name of names)
    if (name.includes('@.') && ![...reached.keys()].some((known) => templateOf(known) === name))
      startUnit(reader, name, nowhere, false);
  if (present) readGenerated(reader, reached);
  return present;
}

/** Units that a script starts. */
export function readNamedUnits(reader: Reader): void {
  for (const { name, context } of reader.units.splice(0)) {
    const reached = new Map<string, Way>();
    reachAll(reader.system, [name], reached, context);
    for (const [unit, way] of reached) startUnit(reader, unit, way, true);
  }
}

/** systemd-sysv-generator: linked scripts of etc/init.d without a unit of their name. rc.local has a unit of its own. */
function readGenerated(reader: Reader, reached: ReadonlyMap<string, Way>): void {
  const { system } = reader;
  const context: Context = { by: 'rc', user: null, chain: [], conditions: [], reached: true };
  const before = reader.waiting.length;
  for (const folder of ['etc/rcS.d', 'etc/rc2.d', 'etc/rc3.d', 'etc/rc4.d', 'etc/rc5.d'])
    runRcFolder(reader, folder, 'S', 'start', context);
  const calls = reader.waiting.splice(before);
  for (const call of calls) {
    const name = baseOf(system.file(call.path)?.path ?? '').replace(/\.sh$/, '');
    if (
      unitFile(system, `${name}.service`) === null &&
      !reached.has(`${name}.service`) &&
      !isMasked(system, `${name}.service`)
    )
      reader.waiting.push(call);
  }
  const local = system.file('etc/rc.local');
  if (local !== null && ((local.entry.mode ?? 0o111) & 0o111) !== 0)
    reader.waiting.push({ path: 'etc/rc.local', args: ['start'], context, depth: 1 });
}

function isSystemd(system: System): boolean {
  const init = system.linkAt('sbin/init') ?? system.linkAt('usr/sbin/init') ?? system.linkAt('init') ?? '';
  return (
    init.endsWith('systemd') ||
    system.file('usr/lib/systemd/systemd') !== null ||
    system.file('lib/systemd/systemd') !== null
  );
}

function unitNames(system: System): readonly string[] {
  const names = new Set<string>();
  for (const folder of FOLDERS)
    for (const name of system.names(folder))
      if (/\.(?:service|socket|target|timer|path)$/.test(name) && names.size < UNITS) names.add(name);
  return [...names];
}

/** `getty@tty1.service` → `getty@.service`; null: no instance of a template. */
function templateOf(name: string): string | null {
  const match = /^([^@]+@)[^@]+(\.\w+)$/.exec(name);
  return match === null ? null : `${match[1]}${match[2]}`;
}

/** The file of a unit, aliases followed; null: none, or masked. */
function unitFile(system: System, name: string): SystemFile | null {
  for (const wanted of [name, templateOf(name)]) {
    if (wanted === null) continue;
    for (const folder of FOLDERS) {
      if (system.linkAt(`${folder}/${wanted}`) === '/dev/null') return null;
      const file = system.file(`${folder}/${wanted}`);
      if (file !== null) return file;
    }
  }
  return null;
}

function isMasked(system: System, name: string): boolean {
  return FOLDERS.some((folder) => system.linkAt(`${folder}/${name}`) === '/dev/null');
}

function unitOf(system: System, name: string): Unit | null {
  const file = unitFile(system, name);
  if (file === null) return null;
  const dropIns = [...new Set([name, templateOf(name), baseOf(file.path)])].flatMap((owner) =>
    owner === null
      ? []
      : FOLDERS.flatMap((folder) =>
          system
            .names(`${folder}/${owner}.d`)
            .filter((inner) => inner.endsWith('.conf'))
            .flatMap((inner) => system.file(`${folder}/${owner}.d/${inner}`) ?? []),
        ),
  );
  const files = [file, ...dropIns].slice(0, 64);
  return { name, files, settings: files.flatMap((part) => settingsOf(system, part)) };
}

function settingsOf(system: System, file: SystemFile): readonly Setting[] {
  const bytes = system.text(file);
  if (bytes === null) return [];
  let section = '';
  return linesIn(bytes, true, '#;').flatMap(({ text, range }: Line): Setting[] => {
    const head = /^\[([^\]]{1,64})\]/.exec(text);
    if (head !== null) section = head[1] ?? '';
    const equals = text.indexOf('=');
    if (head !== null || equals <= 0) return [];
    const key = text.slice(0, equals).trim();
    return [{ section, key, value: text.slice(equals + 1).trim(), file, range }];
  });
}

/** Values of a key in order; an empty value forgets those before it (systemd.syntax(7)). */
function valuesOf(unit: Unit, key: string): readonly Setting[] {
  const all = unit.settings.filter((setting) => setting.key === key);
  const reset = all.findLastIndex(({ value }) => value === '');
  return all.slice(reset + 1);
}

const DEPENDENCIES = ['Wants', 'Requires', 'BindsTo', 'Upholds', 'Sockets'];

/** Follows what units want, breadth first, so that the chain is a shortest one. */
function reachAll(
  system: System,
  first: readonly string[],
  reached: Map<string, Way>,
  context: Context | null = null,
): void {
  const waiting = first.map((name) => ({
    name,
    way: {
      chain: context?.chain ?? [],
      conditions: context?.conditions ?? [],
      user: context?.user ?? null,
    } as Way,
  }));
  for (let next = waiting.shift(); next !== undefined && reached.size < UNITS; next = waiting.shift()) {
    const unit = reached.has(next.name) ? null : unitOf(system, next.name);
    if (unit === null) continue;
    const chain = [...next.way.chain, ...unit.files.slice(0, 1).map(({ path }) => path)];
    reached.set(next.name, { ...next.way, chain: next.way.chain });
    const way = { ...next.way, chain: chain.slice(-16) };
    for (const { name, link } of dependenciesOf(system, unit))
      waiting.push({ name, way: link === null ? way : { ...way, chain: [...way.chain, link] } });
    const activated = activationOf(unit);
    if (activated !== null) {
      const conditions = [...way.conditions, ...activated.conditions];
      waiting.push({ name: activated.service, way: { ...way, conditions } });
    }
  }
}

function dependenciesOf(
  system: System,
  unit: Unit,
): readonly { readonly name: string; readonly link: string | null }[] {
  const named = DEPENDENCIES.flatMap((key) => valuesOf(unit, key)).flatMap(({ value }) =>
    wordsIn(value).map((name) => ({ name: specified(name, unit.name), link: null })),
  );
  // default.target is a link: what belongs to the unit it leads to belongs to it
  const owners = [
    unit.name,
    templateOf(unit.name),
    ...unit.files.slice(0, 1).map(({ path }) => baseOf(path)),
  ];
  const linked = [...new Set(owners)].flatMap((owner) =>
    owner === null
      ? []
      : FOLDERS.flatMap((folder) =>
          ['wants', 'requires'].flatMap((kind) =>
            system
              .names(`${folder}/${owner}.${kind}`)
              .map((name) => ({ name, link: `${folder}/${owner}.${kind}/${name}` })),
          ),
        ),
  );
  return [...named, ...linked].slice(0, 1000);
}

/** The service that a socket, timer or path unit starts, and when. */
function activationOf(
  unit: Unit,
): { readonly service: string; readonly conditions: readonly string[] } | null {
  const kind = unit.name.slice(unit.name.lastIndexOf('.') + 1);
  if (kind !== 'socket' && kind !== 'timer' && kind !== 'path') return null;
  const stem = unit.name.slice(0, -kind.length - 1);
  const named = valuesOf(unit, kind === 'socket' ? 'Service' : 'Unit').at(-1)?.value;
  if (kind === 'socket') {
    const accepts = /^(?:yes|true|on|1)$/i.test(valuesOf(unit, 'Accept').at(-1)?.value ?? '');
    const addresses = [...valuesOf(unit, 'ListenStream'), ...valuesOf(unit, 'ListenDatagram')];
    const conditions = addresses.map(
      ({ key, value }) =>
        `connection to ${value}${value.startsWith('/') ? '' : key === 'ListenStream' ? '/tcp' : '/udp'}`,
    );
    return { service: named ?? (accepts ? `${stem}@connection.service` : `${stem}.service`), conditions };
  }
  const conditions = unit.settings
    .filter(({ section, value }) => (section === 'Timer' || section === 'Path') && value !== '')
    .filter(({ key }) => /^(?:On\w+|Path\w+|DirectoryNotEmpty)$/.test(key))
    .map(({ key, value }) => `${key}=${value}`);
  return { service: named ?? `${stem}.service`, conditions };
}

/** `%i`, `%n`, … put in (systemd.unit(5), "Specifiers"); the others stay as written. */
function specified(text: string, unit: string): string {
  const instance = /@(.+)\.\w+$/.exec(unit)?.[1] ?? '';
  const values: Readonly<Record<string, string>> = {
    i: instance,
    I: instance,
    n: unit,
    N: unit.replace(/\.\w+$/, ''),
    p: unit.replace(/@.*|\.\w+$/, ''),
    '%': '%',
  };
  return text.replaceAll(/%([iInNp%])/g, (whole, letter: string) => values[letter] ?? whole);
}

function startUnit(reader: Reader, name: string, way: Way, isReached: boolean): void {
  const unit = unitOf(reader.system, name);
  if (unit === null) return;
  let base: Context = {
    by: 'systemd',
    user: valuesOf(unit, 'User').at(-1)?.value ?? way.user,
    chain: way.chain,
    conditions: way.conditions,
    reached: isReached,
  };
  for (const { key, value } of unit.settings)
    if (/^(?:Condition|Assert)[A-Z]/.test(key) && value !== '') base = under(base, `${key}=${value}`);
  const environment = new Map(
    valuesOf(unit, 'Environment').flatMap(({ value }) =>
      wordsIn(value).map((word) => word.split(/=(.*)/s, 2) as [string, string]),
    ),
  );
  for (const key of ['ExecStartPre', 'ExecStart', 'ExecStartPost'])
    for (const { value, file, range } of valuesOf(unit, key)) {
      const words = commandOf(specified(value, name), environment);
      const chain = [...base.chain, file.path];
      runArguments(reader, words, { file, range, context: { ...base, chain } });
    }
}

/** Words of an Exec line: special characters before the program removed, `@` takes the first argument away. */
function commandOf(line: string, environment: ReadonlyMap<string, string>): readonly string[] {
  const prefix = /^[-@:+!|]*/.exec(line)?.[0] ?? '';
  const words = wordsIn(line.slice(prefix.length)).flatMap((word) => {
    const name = /^\$(\w+)$/.exec(word)?.[1];
    const value = name === undefined ? undefined : environment.get(name);
    if (value !== undefined) return value.split(/\s+/).filter((part) => part !== '');
    return [word.replaceAll(/\$\{(\w+)\}/g, (whole, inner: string) => environment.get(inner) ?? whole)];
  });
  return prefix.includes('@') ? [...words.slice(0, 1), ...words.slice(2)] : words;
}
