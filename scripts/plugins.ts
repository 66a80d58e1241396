import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Elicitor, Examiner, Format, Implant, Observer } from '#domain/plugin';

/** Root of the checkout. */
export const ROOT = join(import.meta.dirname, '..');

export type Plugin = Format | Observer | Elicitor | Examiner | Implant;

/** A room whose files are plug-ins, with the names its index uses. */
export interface Room {
  readonly folder: 'decode' | 'describe' | 'elicit' | 'examine' | 'implant';
  readonly kind: Plugin['kind'];
  /** Name of the type in domain/plugin. */
  readonly type: 'Format' | 'Observer' | 'Elicitor' | 'Examiner' | 'Implant';
  /** Name of the list in the index and the file in docs/. */
  readonly list: 'formats' | 'observers' | 'elicitors' | 'examiners' | 'implants';
}

export const ROOMS: readonly Room[] = [
  { folder: 'decode', kind: 'format', type: 'Format', list: 'formats' },
  { folder: 'describe', kind: 'observer', type: 'Observer', list: 'observers' },
  { folder: 'elicit', kind: 'elicitor', type: 'Elicitor', list: 'elicitors' },
  { folder: 'examine', kind: 'examiner', type: 'Examiner', list: 'examiners' },
  { folder: 'implant', kind: 'implant', type: 'Implant', list: 'implants' },
];

/** Where one plug-in lives. */
export interface PluginFile {
  readonly room: Room;
  readonly id: string;
  /** Path from the root. */
  readonly file: string;
  /** Name it is exported under: its id in camel case. */
  readonly name: string;
}

/** The plug-ins of a room in byte order of id: `<id>.ts`, or `<id>/<id>.ts` where one outgrew a file. */
export function pluginFiles(room: Room, root: string = ROOT): readonly PluginFile[] {
  const folder = `src/engine/${room.folder}`;
  if (!existsSync(join(root, folder))) return [];
  const found: PluginFile[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const id = entry.isFile() ? entry.name.replace(/\.ts$/, '') : entry.name;
    const file = entry.isFile() ? `${folder}/${entry.name}` : `${folder}/${id}/${id}.ts`;
    if (entry.name === 'index.ts' || !file.endsWith('.ts') || !existsSync(join(root, file))) continue;
    found.push({ room, id, file, name: camelCase(id) });
  }
  return found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

export function camelCase(id: string): string {
  return id.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Loads a plug-in from its source.
 *  @throws Error naming the file when it does not export what its place promises */
export async function loadPlugin({ room, id, file, name }: PluginFile, root: string = ROOT): Promise<Plugin> {
  const module = (await import(pathToFileURL(join(root, file)).href)) as Record<string, Plugin | undefined>;
  const plugin = module[name];
  if (plugin === undefined) throw new Error(`${file} does not export ${name}`);
  if (plugin.kind !== room.kind) throw new Error(`${file}: ${name} is no ${room.kind}`);
  if (plugin.id !== id) throw new Error(`${file}: id is ${plugin.id}, file name says ${id}`);
  return plugin;
}
