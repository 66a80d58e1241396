import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isUtf8 } from 'node:buffer';
import type { Artefact, Opened } from '#domain/artefact';
import { type Declaration, NOTHING_DECLARED } from '#domain/declaration';
import { type Knowledge, NO_KNOWLEDGE } from '#domain/knowledge';
import { Malformed, Spent } from '#domain/error';
import type { Level } from '#domain/level';
import type { Observation } from '#domain/observation';
import type {
  BytesObserver,
  Elicitor,
  EntryObserver,
  Examiner,
  Format,
  Implant,
  Sighting,
  TreeObserver,
} from '#domain/plugin';
import { byteOrder, type ByteRange } from '#domain/range';
import type { TreeEntry } from '#domain/task';
import { drawFrom, groundOf } from '#engine/planting';
import { type MemoryBlobs, memoryBlobs } from '#ports/store/memory';
import { filesBelow } from './imports.ts';
import { type Plugin, type PluginFile, ROOT } from './plugins.ts';

/** One example: a folder with an input, what the plug-in gives for it, and a note. */
export interface Case {
  /** `decode/uimage/kernel`. */
  readonly name: string;
  /** Path from the root. */
  readonly folder: string;
}

/** What a plug-in gave. */
export interface Answer {
  /** As it stands in expected.json. */
  readonly value: unknown;
  /** Promises of the contract that the result breaks, each a sentence. */
  readonly faults: readonly string[];
}

/** A case ready to run, any number of times, over its own inputs or bent ones. */
export interface Trial {
  readonly inputs: readonly Uint8Array[];
  /** Malformed and Spent are answers; anything else that a plug-in throws leaves this call. */
  run(inputs: readonly Uint8Array[]): Answer;
}

/** The examples of one plug-in in byte order. */
export function casesOf({ room, id }: PluginFile, root: string = ROOT): readonly Case[] {
  const folder = `examples/${room.folder}/${id}`;
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ name: `${room.folder}/${id}/${entry.name}`, folder: `${folder}/${entry.name}` }))
    .toSorted((a, b) => byteOrder(a.name, b.name));
}

/** What a folder is missing to be an example, each a sentence; empty: nothing. */
export function missingFrom(example: Case, root: string = ROOT): readonly string[] {
  const names = readdirSync(join(root, example.folder));
  const missing: string[] = [];
  if (!names.some((name) => name === 'input' || name.startsWith('input.')))
    missing.push('no input.* or input/');
  if (!names.includes('NOTE.md')) missing.push('no NOTE.md: where the input comes from, what it shows');
  if (!names.includes('expected.json')) {
    missing.push(`no expected.json: npm run examples -- --update ${example.name}, then read it`);
  }
  return missing;
}

/** Prepares a case of a plug-in.
 *  @throws Error when its input is not what the plug-in reads */
export async function trialOf(plugin: Plugin, example: Case, root: string = ROOT): Promise<Trial> {
  const folder = join(root, example.folder);
  switch (plugin.kind) {
    case 'format':
      return await formatTrial(plugin, folder);
    case 'observer':
      if (plugin.reads === 'bytes') return bytesTrial(plugin, folder);
      if (plugin.reads === 'entry') return entryTrial(plugin, folder);
      return treeTrial(plugin, folder);
    case 'elicitor':
      return elicitorTrial(plugin, folder);
    case 'examiner':
      return examinerTrial(plugin, folder);
    case 'implant':
      return implantTrial(plugin, folder);
  }
}

/** Runs a trial so that a format's or observer's own stop is an answer too. */
function trial(
  inputs: readonly Uint8Array[],
  run: (inputs: readonly Uint8Array[]) => { readonly value: unknown; readonly faults?: readonly string[] },
): Trial {
  return {
    inputs,
    run(given) {
      try {
        const { value, faults = [] } = run(given);
        return { value: JSON.parse(JSON.stringify(value)), faults };
      } catch (error) {
        if (error instanceof Malformed)
          return stop(`malformed at 0x${error.at.toString(16)}: ${error.message}`);
        if (error instanceof Spent) return stop(error.message);
        throw error;
      }
    },
  };
}

function stop(why: string): Answer {
  return { value: { stopped: why }, faults: [] };
}

// --- decode: bytes → parts and extents, opened with this one format alone

/** Far above any example, low enough that a bent size field ends soon. */
const LIMITS = { bytesOut: 64 * 2 ** 20, entries: 100_000, trials: 5_000, bytesWasted: 64 * 2 ** 20 };

async function formatTrial(format: Format, folder: string): Promise<Trial> {
  // Loaded late: observers and examiners need no engine to be shown.
  const { openArtefact } = await import('#engine/perform');
  return trial([inputFile(folder)], ([bytes = new Uint8Array()]) => {
    const blobs = memoryBlobs();
    const opened = openArtefact(blobs.put(bytes), blobs, [format], LIMITS);
    const { parts, extents } = opened;
    const unknown = parts.length === 0 && extents.every(({ reason }) => isUnopened(reason));
    return { value: unknown ? null : { parts, extents }, faults: faultsOf(opened, blobs) };
  });
}

/** True when the reason says only that no format claimed the bytes. */
function isUnopened(reason: string | null): boolean {
  return reason === null || reason === 'no-format' || reason.startsWith('compressed or encrypted');
}

/** Every byte in exactly one extent; every part, entry and content where it says it is. */
function faultsOf({ artefact, parts, extents }: Opened, blobs: MemoryBlobs): readonly string[] {
  const faults: string[] = [];
  const whole: ByteRange = [0, artefact.size];
  let at = 0;
  for (const { range, role, reason } of extents) {
    if (range[0] !== at || range[1] <= range[0])
      faults.push(`extent ${range.join('–')} does not follow ${at}`);
    const open = role === 'opaque' || role === 'unexplained';
    if (open !== (reason !== null)) faults.push(`extent ${range.join('–')} is ${role} with reason ${reason}`);
    at = range[1];
  }
  if (at !== artefact.size) faults.push(`extents end at ${at} of ${artefact.size} bytes`);
  for (const part of parts) {
    if (!inside(part.range, whole)) faults.push(`part ${part.range.join('–')} leaves the artefact`);
    for (const { path, type, stored, target, content } of part.entries) {
      for (const range of stored) {
        if (!inside(range, whole)) faults.push(`${path}: stored ${range.join('–')} leaves the artefact`);
      }
      const isLink = type === 'link' || type === 'hard-link';
      if (isLink !== (target !== null)) faults.push(`${path}: a ${type} with target ${target}`);
      if (content !== null && type !== 'file') faults.push(`${path}: a ${type} with content`);
      if (content !== null && blobs.open(content.digest).size !== content.size)
        faults.push(`${path}: content`);
    }
  }
  return faults;
}

function inside(range: ByteRange, whole: ByteRange): boolean {
  return range[0] >= whole[0] && range[0] <= range[1] && range[1] <= whole[1];
}

// --- describe: bytes, one entry, or a tree → observations

function bytesTrial(observer: BytesObserver, folder: string): Trial {
  const given = settings(folder, 'case.json') as { format?: string; knowledge?: Partial<Knowledge> };
  const { format = null } = given;
  const knowledge = { ...NO_KNOWLEDGE, ...given.knowledge };
  return trial([inputFile(folder)], ([bytes = new Uint8Array()]) => {
    const blobs = memoryBlobs();
    const { digest, size } = blobs.put(bytes);
    if (!observer.wants({ size, format })) return { value: 'unwanted' };
    const place = (range: ByteRange) => ({ artefact: digest, path: null, range });
    return observed(observer.observe(blobs.open(digest), place, knowledge), blobs);
  });
}

/** input.json of an observer that reads entries. Times, owners and places in a container are left out. */
interface EntryInput {
  readonly path: string;
  /** Octal: `755`. */
  readonly mode?: string;
  readonly text?: string;
  readonly base64?: string;
  /** Id of the format its content was recognised as. */
  readonly format?: string;
}

function entryTrial(observer: EntryObserver, folder: string): Trial {
  const input = JSON.parse(readFileSync(join(folder, 'input.json'), 'utf8')) as EntryInput;
  const content =
    input.base64 === undefined ? Buffer.from(input.text ?? '') : Buffer.from(input.base64, 'base64');
  return trial([content], ([bytes = new Uint8Array()]) => {
    const blobs = memoryBlobs();
    const artefact = blobs.put(bytes);
    const entry = fileEntry(input.path, artefact, input.mode ?? '644', input.format ?? null);
    if (!observer.wants(entry)) return { value: 'unwanted' };
    const place = (range: ByteRange | null) => ({ artefact: artefact.digest, path: input.path, range });
    return observed(observer.observe(entry, blobs.open(artefact.digest), place), blobs);
  });
}

function treeTrial(observer: TreeObserver, folder: string): Trial {
  const tree = treeOf(folder);
  const given = settings(folder, 'input.json') as TreeInput;
  const knowledge = { ...NO_KNOWLEDGE, ...given.knowledge };
  return trial(tree.contents, (contents) => {
    const blobs = memoryBlobs();
    const entries = tree.entries(contents, blobs).filter((entry) => observer.wants(entry, knowledge));
    const observations = observer.observe(
      entries,
      (entry) => (entry.content === null ? null : blobs.open(entry.content.digest)),
      (entry, range) => {
        if (entry.content === null) throw new Error(`${entry.path} has no content to point at`);
        return { artefact: entry.content.digest, path: entry.path, range };
      },
      knowledge,
    );
    return observed(observations, blobs);
  });
}

function observed(observations: readonly Observation[], blobs: MemoryBlobs) {
  const faults = observations.flatMap(({ kind, place }) => {
    const { size } = blobs.open(place.artefact);
    const fits = place.range === null || inside(place.range, [0, size]);
    return fits ? [] : [`${kind} at ${place.range?.join('–')} leaves ${size} bytes`];
  });
  return { value: observations, faults };
}

/** What a folder of files cannot say of a tree: input.json beside input/. Paths as in the tree, without a leading slash. */
interface TreeInput {
  /** Octal permissions by path; others have 644, directories 755. */
  readonly modes?: Readonly<Record<string, string>>;
  /** Where symbolic links point, by path. */
  readonly links?: Readonly<Record<string, string>>;
  /** Directories that hold no file. */
  readonly directories?: readonly string[];
  /** Id of the format a file was recognised as, by path. */
  readonly formats?: Readonly<Record<string, string>>;
  readonly knowledge?: Partial<Knowledge>;
}

interface Tree {
  /** Of the files in byte order of path. */
  readonly contents: readonly Uint8Array[];
  entries(contents: readonly Uint8Array[], blobs: MemoryBlobs): readonly TreeEntry[];
}

function treeOf(folder: string): Tree {
  const {
    modes = {},
    links = {},
    directories = [],
    formats = {},
  } = settings(folder, 'input.json') as TreeInput;
  const paths = filesBelow(join(folder, 'input'), '.', '').toSorted(byteOrder);
  const parents = [...paths, ...Object.keys(links), ...directories.map((path) => `${path}/`)].flatMap(
    parentsOf,
  );
  return {
    contents: paths.map((path) => readFileSync(join(folder, 'input', path))),
    entries: (contents, blobs) =>
      [
        ...[...new Set(parents)].map((path) => entryOf(path, 'directory', modes[path] ?? '755')),
        ...Object.entries(links).map(([path, target]) => ({ ...entryOf(path, 'link', '777'), target })),
        ...paths.map((path, i) =>
          fileEntry(
            path,
            blobs.put(contents[i] ?? new Uint8Array()),
            modes[path] ?? '644',
            formats[path] ?? null,
          ),
        ),
      ].toSorted((a, b) => byteOrder(a.path, b.path)),
  };
}

/** `a/b/c` → `a`, `a/b`. */
function parentsOf(path: string): readonly string[] {
  const names = path.split('/');
  return names.slice(0, -1).map((_, i) => names.slice(0, i + 1).join('/'));
}

function fileEntry(path: string, content: Artefact, mode: string, format: string | null): TreeEntry {
  return { ...entryOf(path, 'file', mode), content, format };
}

function entryOf(path: string, type: TreeEntry['type'], mode: string): TreeEntry {
  const nothing = { modifiedAt: null, target: null, device: null, stored: [], content: null, format: null };
  return { path, type, mode: Number.parseInt(mode, 8), uid: 0, gid: 0, ...nothing };
}

// --- elicit: a document → what it declares

/** Reads one document with one elicitor; an office document is unpacked as the engine does. */
async function elicitorTrial(elicitor: Elicitor, folder: string): Promise<Trial> {
  const { elicitFrom } = await import('#engine/eliciting');
  const { zip } = await import('#engine/decode/zip/zip');
  const registry = {
    formats: [zip],
    observers: [],
    elicitors: [elicitor],
    examiners: [],
    implants: [],
    code: {},
    knowledge: NO_KNOWLEDGE,
  };
  const [name = ''] = readdirSync(folder).filter((file) => file.startsWith('input.'));
  return trial([inputFile(folder)], ([bytes = new Uint8Array()]) => {
    const blobs = memoryBlobs();
    return { value: elicitFrom({ kind: 'elicit', name, artefact: blobs.put(bytes) }, registry, blobs) };
  });
}

// --- examine: declaration and sightings → statements

interface ExaminerInput {
  /** What a declaration does not speak of may be left out. */
  readonly declaration: Partial<Declaration> | null;
  readonly knowledge?: Partial<Knowledge>;
  readonly sightings: readonly Sighting[];
}

/** Each sighting is an input of its own, so that bending leaves sightings out instead of breaking their JSON. */
function examinerTrial(examiner: Examiner, folder: string): Trial {
  const given = JSON.parse(readFileSync(join(folder, 'input.json'), 'utf8')) as ExaminerInput;
  const { sightings } = given;
  const declaration = given.declaration === null ? null : { ...NOTHING_DECLARED, ...given.declaration };
  const knowledge = { ...NO_KNOWLEDGE, ...given.knowledge };
  const read = sightings
    .filter(({ observation }) => examiner.reads.includes(observation.kind))
    .toSorted(sightingOrder);
  return trial([], () => {
    const value = examiner.examine({ declaration, sightings: read, knowledge });
    const partial = read.map((_, left) => read.filter((__, i) => i !== left));
    for (const fewer of [[], ...partial]) examiner.examine({ declaration, sightings: fewer, knowledge });
    const faults = value
      .filter(({ places }) => places.length === 0)
      .map(({ title }) => `no place for: ${title}`);
    return { value, faults };
  });
}

/** Byte order of tree, path and range, as the engine gives them. */
function sightingOrder(a: Sighting, b: Sighting): number {
  const [x, y] = [a.observation.place, b.observation.place];
  return (
    byteOrder(a.tree, b.tree) ||
    byteOrder(x.path ?? '', y.path ?? '') ||
    (x.range?.[0] ?? -1) - (y.range?.[0] ?? -1) ||
    (x.range?.[1] ?? -1) - (y.range?.[1] ?? -1)
  );
}

// --- implant: a tree, a template, a level and a seed → changes

interface ImplantInput {
  readonly template: string;
  readonly level: Level;
  readonly seed: string;
}

function implantTrial(implant: Implant, folder: string): Trial {
  const { template: wanted, level, seed } = settings(folder, 'case.json') as Partial<ImplantInput>;
  const template = implant.templates.find(({ id }) => id === wanted);
  if (template === undefined) throw new Error(`case.json: no template ${wanted} in ${implant.id}`);
  if (level === undefined || seed === undefined)
    throw new Error('case.json: template, level and seed are needed');
  const tree = treeOf(folder);
  return trial(tree.contents, (contents) => {
    const blobs = memoryBlobs();
    const entries = tree.entries(contents, blobs);
    const ground = groundOf({ tree: '', entries }, blobs);
    const carriers = template.carriers(ground);
    if (carriers.length === 0) return { value: { carriers } };
    const draw = drawFrom(seed);
    const carrier = carriers[draw(carriers.length)] ?? '';
    const changes = template.plant(ground, carrier, level, draw);
    const faults = changes.flatMap(({ path, bytes, planted }) =>
      planted
        .filter((range) => !inside(range, [0, bytes.length]))
        .map((range) => `${path}: planted ${range.join('–')} leaves ${bytes.length} bytes`),
    );
    const value = {
      carriers,
      carrier,
      active: template.isActive(ground, changes),
      changes: changes.map(({ path, mode, planted, bytes }) => ({ path, mode, planted, ...readable(bytes) })),
    };
    return { value, faults };
  });
}

function readable(bytes: Uint8Array): { readonly text: string } | { readonly base64: string } {
  const text = Buffer.from(bytes).toString('utf8');
  // oxlint-disable-next-line no-control-regex -- binary content is what this tells apart
  return isUtf8(bytes) && !/[\0-\x08\x0e-\x1f]/.test(text)
    ? { text }
    : { base64: Buffer.from(bytes).toString('base64') };
}

// --- files of a case

/** The one `input.*` of a case. */
function inputFile(folder: string): Uint8Array {
  const names = readdirSync(folder).filter((name) => name.startsWith('input.'));
  const [name] = names;
  if (name === undefined || names.length > 1)
    throw new Error(`${folder}: one input.* expected, not ${names.length}`);
  return readFileSync(join(folder, name));
}

/** A JSON file that may be absent: then everything takes its default. */
function settings(folder: string, name: string): unknown {
  const file = join(folder, name);
  return JSON.parse(existsSync(file) ? readFileSync(file, 'utf8') : '{}');
}
