import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Doc } from '#domain/plugin';
import { SETTINGS } from '#domain/settings';
import { closureOf } from './imports.ts';
import { loadPlugin, type Plugin, type PluginFile, pluginFiles, type Room, ROOMS, ROOT } from './plugins.ts';
import { publishedSchema, SCHEMA_FILE } from './schema.ts';

/** A plug-in with the place it was loaded from. */
interface Loaded {
  readonly file: PluginFile;
  readonly plugin: Plugin;
}

/** Every file that is written from the plug-ins: path from the root and text.
 *  @throws Error naming the plug-in that does not load, or two that share an id */
export async function generatedFiles(root: string = ROOT): Promise<ReadonlyMap<string, string>> {
  const rooms = await Promise.all(
    ROOMS.map(async (room) => ({
      room,
      loaded: await Promise.all(
        pluginFiles(room, root).map(async (file) => ({ file, plugin: await loadPlugin(file, root) })),
      ),
    })),
  );
  const all = rooms.flatMap(({ loaded }) => loaded);
  const files = new Map<string, string>();
  for (const { room, loaded } of rooms) {
    files.set(`src/engine/${room.folder}/index.ts`, indexOf(room, loaded));
    files.set(`docs/${room.list}.md`, listOf(room, loaded));
  }
  files.set('src/engine/code.ts', codeOf(all, root));
  files.set('src/engine/knowledge.ts', knowledgeOf(root));
  files.set('LIMITS.md', limitsOf(rooms));
  files.set('docs/settings.md', settingsList());
  files.set(SCHEMA_FILE, publishedSchema());
  return files;
}

const MARK = 'Written by `npm run index`; changes belong into the plug-ins.';

/** Columns of a source line, as in biome.json. */
const WIDTH = 110;

function indexOf({ folder, type, kind, list }: Room, loaded: readonly Loaded[]): string {
  const names = loaded.map(({ file }) => file.name);
  const imports = loaded.map(({ file }) => `import { ${file.name} } from '${specifierOf(file)}';\n`);
  const short = `export const ${list}: readonly ${type}[] = [${names.join(', ')}];\n`;
  const long = `export const ${list}: readonly ${type}[] = [\n${names.map((name) => `  ${name},\n`).join('')}];\n`;
  return [
    `// ${MARK}\n`,
    `import type { ${type} } from '#domain/plugin';\n`,
    ...imports,
    `\n/** Every ${kind} of room ${folder}, in byte order of id. */\n`,
    short.length <= WIDTH + 1 ? short : long,
  ].join('');
}

function specifierOf({ file }: PluginFile): string {
  return `#${file.replace(/^src\//, '').replace(/\.ts$/, '')}`;
}

// --- knowledge

/** Published facts as data: one file each, with its date. */
interface Edition {
  /** ISO date of the facts. */
  readonly date: string;
  readonly facts: readonly unknown[];
}

function knowledgeOf(root: string): string {
  const bodies = (['known-cases', 'requirements', 'public-roots'] as const).map((body) => ({
    body,
    editions: editionsOf(root, body),
  }));
  const listOfFacts = (body: string) =>
    bodies
      .filter((each) => each.body === body)
      .flatMap(({ editions }) => editions.flatMap(({ facts }) => facts))
      .map((fact) => `    ${JSON.stringify(fact)},\n`)
      .join('');
  const dates = bodies
    .map(
      ({ body, editions }) =>
        `    '${body}': '${
          editions
            .map(({ date }) => date)
            .toSorted()
            .at(-1) ?? 'none'
        }',\n`,
    )
    .join('');
  return [
    '// Written by `npm run index` from data/; changes belong there.\n',
    "import type { Knowledge } from '#domain/knowledge';\n\n",
    '/** Published facts that come with this build. */\n',
    'export const knowledge: Knowledge = {\n',
    `  knownCases: [\n${listOfFacts('known-cases')}  ],\n`,
    `  requirements: [\n${listOfFacts('requirements')}  ],\n`,
    `  publicRoots: [\n${listOfFacts('public-roots')}  ],\n`,
    `  dates: {\n${dates}  },\n};\n`,
  ].join('');
}

function editionsOf(root: string, body: string): readonly Edition[] {
  const folder = join(root, 'data', body);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Edition);
}

// --- code digests

/** What carries out every task. An examiner is no task: its statements are never kept. */
const CARRIER = 'src/engine/perform.ts';

function codeOf(loaded: readonly Loaded[], root: string): string {
  const locked = lockedVersions(root);
  const digests = new Map<string, string>();
  for (const { file } of loaded) {
    if (digests.has(file.id)) throw new Error(`two plug-ins have the id ${file.id}`);
    const entries = file.room.folder === 'examine' ? [file.file] : [file.file, CARRIER];
    digests.set(file.id, codeDigest(root, entries, locked));
  }
  // What a document declares depends on every elicitor and on the archives that office documents are.
  const elicitors = loaded.filter(({ file }) => file.room.folder === 'elicit').map(({ file }) => file.file);
  const archives = loaded.filter(({ file }) => file.id === 'zip').map(({ file }) => file.file);
  digests.set('elicit', codeDigest(root, [...elicitors, ...archives, CARRIER], locked));
  // What opening an artefact gives depends on every format that may claim it.
  const formats = loaded.filter(({ file }) => file.room.folder === 'decode').map(({ file }) => file.file);
  digests.set('open', codeDigest(root, [...formats, CARRIER], locked));
  const lines = [...digests]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, digest]) => `  ${/^[a-z]\w*$/.test(id) ? id : `'${id}'`}: '${digest}',\n`);
  return [
    `// ${MARK}\n\n`,
    '/** Plug-in id → SHA-256 in hex over the plug-in and everything it runs: files and locked packages.\n',
    ' *  `open` covers all formats and what opens an artefact with them, `elicit` all that reads documents. */\n',
    `export const code: Readonly<Record<string, string>> = {\n${lines.join('')}};\n`,
  ].join('');
}

/** SHA-256 over path and content of all files that run with `entries`, and the packages they import. */
export function codeDigest(
  root: string,
  entries: readonly string[],
  locked: ReadonlyMap<string, string>,
): string {
  const { files, packages } = closureOf(root, entries);
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file} ${sha256(readFileSync(join(root, file)))}\n`);
  for (const name of packages) {
    const version = locked.get(name);
    if (version === undefined) throw new Error(`${name} is not in package-lock.json`);
    hash.update(`${name}@${version}\n`);
  }
  return hash.digest('hex');
}

/** Version of every package at the top of node_modules, by name. */
function lockedVersions(root: string): ReadonlyMap<string, string> {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  const top = 'node_modules/';
  return new Map(
    Object.entries(lock.packages)
      .filter(([path]) => path.startsWith(top))
      .map(([path, { version }]) => [path.slice(top.length), version]),
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

// --- lists for people

const TITLES: Record<Room['list'], { readonly title: string; readonly says: string }> = {
  formats: {
    title: 'Formats',
    says: 'What Assay can open. Each gives the things inside and accounts for every byte.',
  },
  observers: {
    title: 'Observers',
    says: 'What Assay can see. Each gives neutral facts, without an opinion.',
  },
  elicitors: {
    title: 'Elicitors',
    says: 'Which documents of a vendor Assay understands, and how it reads them.',
  },
  examiners: { title: 'Examiners', says: 'What Assay asks of the facts and of what the vendor declared.' },
  implants: {
    title: 'Implants',
    says: 'What Assay plants into a copy to measure how much it would find. Inert, never a working payload.',
  },
};

function listOf(room: Room, loaded: readonly Loaded[]): string {
  const { title, says } = TITLES[room.list];
  const sections = loaded.map(({ plugin }) => {
    const { id, version, doc } = plugin;
    const facts = [`Id \`${id}\`, version ${version}.`, particulars(plugin)].filter((text) => text !== '');
    return [
      `\n## ${doc.name}\n\n${doc.says}\n\n${facts.join(' ')}\n`,
      `\nSources:\n\n${bullets(doc.sources)}`,
      `\nLimits:\n\n${bullets(doc.limits)}`,
    ].join('');
  });
  const none = loaded.length === 0 ? '\nNone yet.\n' : '';
  return `<!-- ${MARK} -->\n# ${title}\n\n${says}\n${none}${sections.join('')}`;
}

/** What only this kind of plug-in states. */
function particulars(plugin: Plugin): string {
  switch (plugin.kind) {
    case 'format':
      if (plugin.mark !== undefined)
        return 'Searched for by what stands inside it, since it begins with nothing of its own.';
      return plugin.magics.length === 0
        ? 'Tried only at the beginning of an artefact, after all others.'
        : `Searched for by ${plugin.magics.length === 1 ? 'one signature' : `${plugin.magics.length} signatures`}.`;
    case 'observer':
      return `Reads ${{ bytes: 'bytes without a name', entry: 'one named file', tree: 'the entries of a tree' }[plugin.reads]}.`;
    case 'elicitor':
      return 'Reads documents that are handed in beside the product.';
    case 'examiner':
      return `Speaks to \`${plugin.question}\`; reads ${plugin.reads.map((kind) => `\`${kind}\``).join(', ')}.`;
    case 'implant': {
      const heldOut = plugin.templates.filter((template) => template.heldOut).length;
      return `Speaks to \`${plugin.question}\`; ${plugin.templates.length} templates, ${heldOut} of them held out.`;
    }
  }
}

function bullets(texts: readonly string[]): string {
  return texts.map((text) => `- ${text}\n`).join('');
}

/** Every subject of a setting; the compiler refuses an observer that gives another. */
function settingsList(): string {
  const rows = Object.entries(SETTINGS).map(([subject, meaning]) => `| \`${subject}\` | ${meaning} |\n`);
  return [
    `<!-- ${MARK.replace('the plug-ins', 'src/domain/settings.ts')} -->\n# Settings\n\n`,
    'What a configuration says, in words that hold for every vendor. Observers give nothing else as a subject. A setting is\n',
    'on, off, or a value that is neither; secrets are never among the values.\n',
    `\n| subject | what is set |\n|---|---|\n${rows.join('')}`,
  ].join('');
}

/** Limits that no single plug-in has. */
const LIMITS_OF_THE_WHOLE = [
  'Assay reads what is handed in. It cannot tell whether a device in the field runs the same bytes.',
  'Hardware is not examined: no chip, no circuit board, no fuse, no ROM that is not in the artefact.',
  'Encrypted content without its key is a gap. It is listed and lowers the coverage; it is not guessed at.',
  'Power says how many implants of the kinds we planted are found. A kind that nobody thought of is not in the figure.',
  'An explained byte was recognised by a format. It was not thereby understood, nor shown to be harmless.',
  'Without a declaration of the vendor nothing can be called undocumented.',
];

function limitsOf(rooms: readonly { readonly room: Room; readonly loaded: readonly Loaded[] }[]): string {
  const parts = rooms
    .filter(({ loaded }) => loaded.length > 0)
    .map(({ room, loaded }) => {
      const sections = loaded.map(
        ({ plugin: { id, doc } }) => `\n### ${heading(id, doc)}\n\n${bullets(doc.limits)}`,
      );
      return `\n## ${TITLES[room.list].title}\n${sections.join('')}`;
    });
  return [
    `<!-- ${MARK} -->\n# What Assay cannot see\n`,
    '\nEvery plug-in states its own limits; this page collects them.\n',
    'What stands here is known. What nobody knows yet does not stand here, and that is the first limit.\n',
    `\n## The whole\n\n${bullets(LIMITS_OF_THE_WHOLE)}`,
    ...parts,
  ].join('');
}

function heading(id: string, doc: Doc): string {
  return `${doc.name} (\`${id}\`)`;
}
