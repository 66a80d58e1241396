import { dirname, join, relative } from 'node:path';
import { readdirSync, existsSync, readFileSync } from 'node:fs';

/** One import or re-export of a module. */
export interface Import {
  /** As written: `#domain/range`, `node:zlib`, `zod`, `./x.ts`. */
  readonly specifier: string;
  /** True: gone when types are stripped. */
  readonly typeOnly: boolean;
  /** Counted from 1. */
  readonly line: number;
}

/** Every import of a module's text. Sources are formatted by rule, so each begins a line. */
export function importsOf(text: string): readonly Import[] {
  const statement =
    /^(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]*?\sfrom\s+|[{][\w\s,$]*[}]\s*from\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/gm;
  return [...text.matchAll(statement)].map((match) => ({
    specifier: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
    line: text.slice(0, match.index).split('\n').length,
  }));
}

/** Path from the root of the file a specifier means; null: a package or a part of Node.
 *  @param from  path from the root of the importing file */
export function fileOf(specifier: string, from: string): string | null {
  if (specifier.startsWith('#')) return `src/${specifier.slice(1)}.ts`;
  if (specifier.startsWith('.')) return join(dirname(from), specifier);
  return null;
}

/** Name of the package a specifier means; null: a file of ours or a part of Node. */
export function packageOf(specifier: string): string | null {
  if (/^(?:#|\.|node:)/.test(specifier)) return null;
  const [scope, name] = specifier.split('/');
  return specifier.startsWith('@') ? `${scope}/${name}` : (scope ?? null);
}

/** Paths from the root of every file below a folder that ends so, in byte order. A missing folder has none. */
export function filesBelow(root: string, folder: string, ending: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted((a, b) => (a < b ? -1 : 1));
}

/** All files and packages that run when `entries` run: type imports are gone by then. Both in byte order.
 *  @param entries  paths from the root
 *  @throws Error naming the import of a file that does not exist */
export function closureOf(
  root: string,
  entries: readonly string[],
): { readonly files: readonly string[]; readonly packages: readonly string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const { specifier, typeOnly, line } of importsOf(readFileSync(join(root, file), 'utf8'))) {
      if (typeOnly) continue;
      const wanted = fileOf(specifier, file);
      const name = packageOf(specifier);
      if (name !== null) packages.add(name);
      if (wanted === null) continue;
      if (!existsSync(join(root, wanted))) throw new Error(`${file}:${line}: ${specifier} does not exist`);
      waiting.push(wanted);
    }
  }
  return { files: [...files].toSorted(), packages: [...packages].toSorted() };
}
