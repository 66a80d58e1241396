import { anatomyOf } from './literals.ts';
import { fileOf, importsOf, packageOf } from './imports.ts';

/** What a room may import. */
interface Rule {
  /** Folder below src. */
  readonly room: string;
  /** Rooms below it. */
  readonly rooms: readonly string[];
  /** Parts of Node; null: all. */
  readonly node: readonly string[] | null;
  readonly packages: readonly string[];
  /** True: each plug-in stands alone and sees nothing of its room but its own folder. */
  readonly apart?: boolean;
}

const PURE = ['zlib', 'crypto', 'util'];
const ENGINE = ['domain', 'engine', 'engine/bytes'];
const PLUGINS = ['engine/decode', 'engine/describe', 'engine/elicit', 'engine/examine', 'engine/implant'];

/** The house, lowest floor first. A folder that does not stand here is no room. */
const RULES: readonly Rule[] = [
  { room: 'domain', rooms: [], node: [], packages: [] },
  { room: 'engine/bytes', rooms: ['domain'], node: PURE, packages: ['@alexaltea/capstone-js'] },
  { room: 'engine/decode', rooms: ['domain', 'engine/bytes'], node: PURE, packages: [], apart: true },
  { room: 'engine/describe', rooms: ['domain', 'engine/bytes'], node: PURE, packages: [], apart: true },
  { room: 'engine/elicit', rooms: ['domain', 'engine/bytes'], node: PURE, packages: [], apart: true },
  { room: 'engine/examine', rooms: ['domain'], node: PURE, packages: [], apart: true },
  { room: 'engine/ground', rooms: ['domain', 'engine/bytes'], node: PURE, packages: [] },
  {
    room: 'engine/implant',
    rooms: ['domain', 'engine/bytes', 'engine/ground'],
    node: PURE,
    packages: [],
    apart: true,
  },
  { room: 'engine/judge', rooms: ['domain'], node: PURE, packages: [] },
  { room: 'engine/report', rooms: ['domain'], node: PURE, packages: [] },
  {
    room: 'engine',
    rooms: ['domain', 'engine/bytes', ...PLUGINS, 'engine/judge', 'engine/report'],
    node: PURE,
    packages: [],
  },
  { room: 'ports/store', rooms: ENGINE, node: null, packages: ['yaml', 'zod'] },
  { room: 'ports/sandbox', rooms: ENGINE, node: null, packages: [] },
  { room: 'ports/jobs', rooms: [...ENGINE, 'ports/store', 'ports/sandbox'], node: null, packages: [] },
  {
    room: 'ports/cli',
    rooms: [...ENGINE, 'engine/judge', 'engine/report', 'ports/jobs', 'ports/store', 'ports/sandbox'],
    node: null,
    packages: ['commander', 'yaml', 'zod'],
  },
];

/** Packages of single files at the top of the engine. */
const PACKAGES_OF_FILES: Readonly<Record<string, readonly string[]>> = {
  'src/engine/documents.ts': ['yaml', 'zod'],
  'src/engine/schema.ts': ['zod'],
};

/** Words by which the world would come into a pure floor: clock, chance, disk, network, locale, threads. */
const WORLD =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\brandom(?:Bytes|UUID|Int|FillSync)\b|\bprocess\.|\bglobalThis\b|\bset(?:Timeout|Interval|Immediate)\b|\bfetch\(|\bconsole\.|\bperformance\.|\blocaleCompare\b|\.toLocale\w+|\bIntl\.|\bSharedArrayBuffer\b|\bAtomics\.|\bimport\(|\brequire\(|\beval\(|\bnew Function\(/g;

/** Every breach of the floors, each a sentence with file and line.
 *  @param files  path from the root → text, of all of src */
export function breachesOf(files: ReadonlyMap<string, string>): readonly string[] {
  const breaches = [...files].flatMap(([file, text]) => [
    ...importBreaches(file, text, files),
    ...worldBreaches(file, text),
  ]);
  return [
    ...breaches,
    ...cyclesOf(files).map((knot) => `these import each other in a circle: ${knot.join(', ')}`),
  ];
}

function importBreaches(file: string, text: string, files: ReadonlyMap<string, string>): readonly string[] {
  const rule = ruleOf(file);
  if (rule === undefined) return [`${file} stands in no room`];
  return importsOf(text).flatMap(({ specifier, line }) => {
    const why = breachOf(rule, file, specifier, files);
    return why === null ? [] : [`${file}:${line} imports ${specifier}: ${why}`];
  });
}

/** Why a file may not import this; null: it may. */
function breachOf(
  rule: Rule,
  file: string,
  specifier: string,
  files: ReadonlyMap<string, string>,
): string | null {
  if (specifier.startsWith('.')) return 'in src the floor stands at the head of the name';
  if (specifier.startsWith('node:')) {
    const part = specifier.slice('node:'.length);
    return rule.node === null || rule.node.includes(part) ? null : `${rule.room} knows nothing of ${part}`;
  }
  const wanted = fileOf(specifier, file);
  if (wanted === null) {
    const name = packageOf(specifier) ?? specifier;
    const allowed = [...rule.packages, ...(PACKAGES_OF_FILES[file] ?? [])];
    return allowed.includes(name) ? null : `${rule.room} uses no package ${name}`;
  }
  if (!files.has(wanted)) return 'no such file';
  const other = ruleOf(wanted);
  if (other === undefined) return 'it stands in no room';
  if (other.room === rule.room) return rule.apart ? neighbourBreach(file, wanted) : null;
  if (rule.rooms.includes(other.room)) return null;
  return isBelow(other, rule)
    ? `${rule.room} may not look into ${other.room}`
    : `${other.room} is no floor below`;
}

/** Only the written index sees all plug-ins of a room; a plug-in sees the files of its own folder. */
function neighbourBreach(file: string, wanted: string): string | null {
  const [, , room, own] = file.split('/');
  if (own === 'index.ts') return null;
  const inOwnFolder =
    own !== undefined && !own.endsWith('.ts') && wanted.startsWith(`src/engine/${room}/${own}/`);
  return inOwnFolder ? null : 'a neighbour; what both need belongs one floor lower';
}

/** The rule of the innermost room a file stands in. */
function ruleOf(file: string): Rule | undefined {
  const folder = file.slice('src/'.length, file.lastIndexOf('/'));
  const rooms = RULES.filter(({ room }) => folder === room || folder.startsWith(`${room}/`));
  const innermost = rooms.toSorted((a, b) => b.room.length - a.room.length)[0];
  // The top of the engine holds files, no folders of its own.
  return innermost?.room === 'engine' && folder !== 'engine' ? undefined : innermost;
}

function isBelow(other: Rule, rule: Rule): boolean {
  return RULES.indexOf(other) < RULES.indexOf(rule);
}

function worldBreaches(file: string, text: string): readonly string[] {
  if (!/^src\/(?:domain|engine)\//.test(file)) return [];
  return anatomyOf(text)
    .code.split('\n')
    .flatMap((line, i) =>
      [...line.matchAll(WORLD)].map(
        ([word]) => `${file}:${i + 1} uses ${word}: the world comes in as an argument`,
      ),
    );
}

/** Groups of files that reach one another by imports, types included; each group in byte order. */
function cyclesOf(files: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  const imports = new Map(
    [...files].map(([file, text]) => [
      file,
      importsOf(text).flatMap(({ specifier }) => fileOf(specifier, file) ?? []),
    ]),
  );
  const reached = new Map([...files.keys()].map((file) => [file, reach(file, imports)]));
  const inCircle = [...files.keys()].filter((file) => reached.get(file)?.has(file));
  const groups = Map.groupBy(inCircle, (file) =>
    inCircle
      .filter((other) => reached.get(file)?.has(other) && reached.get(other)?.has(file))
      .toSorted()
      .join(' '),
  );
  return [...groups.keys()].map((names) => names.split(' '));
}

/** Every file that can be reached from the imports of one. */
function reach(file: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [...(imports.get(file) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...(imports.get(next) ?? []));
  }
  return seen;
}
