import type { Observation } from '#domain/observation';
import type { Place } from '#domain/place';
import type { TreeObserver } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import type { TreeEntry } from '#domain/task';
import { SCRIPT_LIMIT, shellCallsIn } from '#engine/bytes/shell-commands';
import { latin1, plainPath } from '#engine/bytes/text';
import type { Finding, Said } from '#engine/describe/concealment/finding';
import { discardedBy, logChangesOf } from '#engine/describe/concealment/log-changes';
import { modulesOf } from '#engine/describe/concealment/modules';
import { mountsOf } from '#engine/describe/concealment/mounts';
import { preloadsOf } from '#engine/describe/concealment/preloads';
import { processNamesOf } from '#engine/describe/concealment/process-names';

const READ_BUDGET = 128 * 1024 * 1024;
const OBSERVATIONS = 10_000;

/** What scripts and settings do that hides a program, a process or an event. */
export const concealment: TreeObserver = {
  kind: 'observer',
  id: 'concealment',
  version: 1,
  doc: {
    name: 'What scripts hide',
    says: 'Gives libraries that are put into other programs (ld.so.preload, LD_PRELOAD, LD_AUDIT, BASH_ENV), programs started or copied under another name, mounts over processes and programs, commands and settings that remove or prevent records, and kernel modules that scripts and tables load.',
    sources: [
      'ld.so(8); bash(1), exec -a, BASH_ENV, HISTFILE; mount(8); proc(5)',
      'syslog.conf(5); auditctl(8); insmod(8), modprobe(8), modules-load.d(5)',
      'systemd.exec(5), Environment=',
    ],
    limits: [
      'Only what shell scripts, units and tables say: what compiled programs do to hide, such as prctl or a changed argv, is not seen.',
      'Conditions are not weighed, variables of other files are not followed.',
      'A module’s line counts as reached in tables of modules and in folders of start scripts; whether their conditions hold is not known.',
      `At most ${READ_BUDGET / 1024 / 1024} MiB of scripts of a tree.`,
    ],
  },
  reads: 'tree',
  wants: (entry) => isText(entry) || isLibrary(entry.path),
  observe(entries, open, place) {
    const paths = new Set(entries.map(({ path }) => plainPath(path)));
    const found: Observation[] = [];
    let left = READ_BUDGET;
    for (const entry of entries) {
      const size = entry.content?.size ?? 0;
      if (!isText(entry) || size > left || found.length >= OBSERVATIONS) continue;
      left -= size;
      const bytes = open(entry)?.bytes(0, size);
      if (bytes === undefined) continue;
      for (const { range, ...finding } of findingsIn(bytes, plainPath(entry.path)))
        found.push(observationOf(finding, place(entry, range), paths));
    }
    return found.slice(0, OBSERVATIONS);
  },
};

function isLibrary(path: string): boolean {
  return /\.(?:so(?:\.[\d.]+)?|ko(?:\.[gx]z)?)$/.test(path);
}

function isText({ path, type, content, format }: TreeEntry): boolean {
  if (type !== 'file' || content === null || content.size === 0 || content.size > SCRIPT_LIMIT) return false;
  if (format !== null && format !== 'text') return false;
  return !/(?:^|\/)(?:docs?|man|info|locale|licenses?|examples?)\/|\.(?:html?|css|js|json|xml|svg|png|gif|jpe?g|c|h|md|po|mo|ko|so|control|lua|php|py|pl|pm|pem|crt)$/i.test(
    path,
  );
}

function findingsIn(bytes: Uint8Array, path: string): readonly Finding[] {
  const table = tableOf(path);
  if (table !== null) return lineFindings(bytes, table);
  const isReached =
    /(?:^|\/)(?:init\.d|rc\d?\.d|rcS\.d|preinit)\/|(?:^|\/)(?:rcS|rc\.local|rc\.sysinit|init|preinit)$/.test(
      path,
    );
  return shellCallsIn(bytes, path).flatMap((call) => [
    ...preloadsOf(call),
    ...processNamesOf(call),
    ...mountsOf(call),
    ...logChangesOf(call),
    ...modulesOf(call, isReached),
  ]);
}

type LineReader = (line: string, range: ByteRange) => readonly Finding[];

/** Files that are read line by line; null: none of these. */
function tableOf(path: string): LineReader | null {
  if (/(?:^|\/)ld\.so\.preload$/.test(path))
    return (line, range) =>
      line
        .trim()
        .split(/[\s:]+/)
        .filter((library) => library !== '')
        .map((library) => ({ kind: 'preload', range, by: 'ld.so.preload', library, into: null }));
  if (/(?:^|\/)(?:etc\/modules|etc\/modules(?:-load)?\.d\/[^/]+|modules-load\.d\/[^/]+)$/.test(path))
    return (line, range) => {
      const name = /^\s*([\w./-]{1,200})/.exec(line)?.[1];
      return name === undefined ? [] : [{ kind: 'module', range, name, reached: true }];
    };
  if (/(?:^|\/)(?:r?syslog(?:-ng)?\.conf|r?syslog\.d\/[^/]+)$/.test(path))
    return (line, range) => {
      const of = discardedBy(line);
      return of === null
        ? []
        : [{ kind: 'log-change', range, form: 'redirected', of, by: line.trim().slice(0, 200) }];
    };
  if (/\.(?:service|conf)$/.test(path) && /(?:^|\/)systemd\//.test(path))
    return (line, range) =>
      [...line.matchAll(/\b(LD_PRELOAD|LD_AUDIT|BASH_ENV)=([^\s"']{1,200})/g)].map(
        ([, by = '', library = '']) => ({
          kind: 'preload',
          range,
          by,
          library,
          into: null,
        }),
      );
  return null;
}

function lineFindings(bytes: Uint8Array, read: LineReader): readonly Finding[] {
  const text = latin1(bytes);
  const found: Finding[] = [];
  for (let at = 0; at < text.length && found.length < OBSERVATIONS; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(at, Math.min(end, at + 1000)).replace(/\r$/, '');
    if (!/^\s*(?:[#;]|$)/.test(line)) found.push(...read(line, [at, end]));
    at = end + 1;
  }
  return found;
}

function observationOf(finding: Said, place: Place, paths: ReadonlySet<string>): Observation {
  switch (finding.kind) {
    case 'disguise':
    case 'log-change':
      return { place, ...finding };
    case 'preload':
      return {
        place,
        ...finding,
        present: /[$`*]/.test(finding.library) ? null : holds(paths, finding.library),
      };
    case 'module': {
      const path = moduleAt(finding.name, paths);
      return {
        place,
        ...finding,
        path,
        usualPlace: path === null ? usualWritten(finding.name) : isUsual(path),
      };
    }
  }
}

/** A library by path, or by name in any folder of libraries. */
function holds(paths: ReadonlySet<string>, library: string): boolean {
  if (library.includes('/')) return paths.has(plainPath(library));
  return ['lib', 'usr/lib', 'lib64', 'usr/lib64', 'usr/local/lib'].some((folder) =>
    paths.has(`${folder}/${library}`),
  );
}

/** The file of a module: at its path, else the first of its name. */
function moduleAt(name: string, paths: ReadonlySet<string>): string | null {
  if (/[$`*]/.test(name)) return null;
  const plain = plainPath(name);
  if (paths.has(plain)) return plain;
  const base = plain
    .slice(plain.lastIndexOf('/') + 1)
    .replace(/\.ko$/, '')
    .replaceAll('-', '_');
  if (name.includes('/')) return null;
  for (const path of paths) {
    const own = /([^/]+)\.ko(?:\.[gx]z)?$/.exec(path)?.[1];
    if (own?.replaceAll('-', '_') === base) return path;
  }
  return null;
}

function isUsual(path: string): boolean {
  return /(?:^|\/)lib\/modules\//.test(path);
}

/** A module that lies elsewhere is named by a path that says where. */
function usualWritten(name: string): boolean | null {
  return name.startsWith('/') && !/[$`*]/.test(name) ? isUsual(name) : null;
}
