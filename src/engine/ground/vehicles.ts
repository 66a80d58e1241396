import type { Level } from '#domain/level';
import type { Change, Draw, PlantingGround, Template } from '#domain/plugin';
import { latin1 } from '#engine/bytes/text';
import { inOrder } from '#engine/ground/carriers';
import { type Deeds, deedsOf, isCrontab, isHook, namesAccount } from '#engine/ground/deeds';
import { pick } from '#engine/ground/draw';
import { added, edited, linesAt } from '#engine/ground/edit';
import { helperAt } from '#engine/ground/helper';
import { programAt } from '#engine/ground/logins';
import { withLines } from '#engine/ground/script-places';
import { scriptAt, startedScripts } from '#engine/ground/start-up';
import { rootsOf } from '#engine/ground/survey';
import { below, type StartedScript, type Tree, treeOf } from '#engine/ground/tree';
import { veiled } from '#engine/ground/wording';

/** The system that something is planted in. */
export interface Site {
  readonly tree: Tree;
  /** Plain path of its root directory; empty: the tree itself. */
  readonly root: string;
  /** True: the system has a program of this name. */
  has(program: string): boolean;
}

/** Lines of a script that have the capability, as somebody with nothing to hide (careful) or everybody (overt) would write
 *  them; null: this system cannot do it in this way. Each line is a whole command.
 *  @param changes  files that the lines need beside them are put here */
export type Saying = (site: Site, level: Level, draw: Draw, changes: Change[]) => readonly string[] | null;

/** What a class carries in the scripts of a system. */
export interface Capability {
  /** Different ways to do it, each with other tools. Never empty. */
  readonly ways: readonly Saying[];
  /** True: what is done is what the class is about. It decides on what runs and is written, not on what the lines say. */
  isDone(deeds: Deeds): boolean;
}

/** Four ways for a capability to come to run: a line among those of start-up, a file of its own, the clock, and an event of
 *  the system. The last is held out. */
export function vehiclesOf(capability: Capability): readonly Template[] {
  const isActive = (ground: PlantingGround, changes: readonly Change[]) =>
    capability.isDone(deedsOf(ground, changes));
  return VEHICLES.map(({ id, heldOut, carriers, plant }, index) => ({
    id,
    heldOut,
    carriers: (ground) => inOrder(sitesOf(ground).flatMap((site) => carriers(site))),
    plant(ground, carrier, level, draw) {
      const site = sitesOf(ground).find((one) => carriers(one).includes(carrier));
      if (site === undefined) return [];
      const beside: Change[] = [];
      const lines = saidBy(capability, site, index, level, draw, beside);
      if (lines === null) return [];
      const shown = level === 'concealed' ? veiled(lines, site.has, draw) : lines;
      return [...beside, ...plant(site, carrier, shown, level, draw)];
    },
    isActive,
  }));
}

/** Each vehicle begins with another way, so that they differ in what they do as well. */
function saidBy(
  { ways }: Capability,
  site: Site,
  index: number,
  level: Level,
  draw: Draw,
  changes: Change[],
): readonly string[] | null {
  for (let i = 0; i < ways.length; i++) {
    const lines = ways[(index + i) % ways.length]?.(site, level, draw, changes) ?? null;
    if (lines !== null) return lines;
    changes.length = 0;
  }
  return null;
}

const sites = new WeakMap<PlantingGround, readonly Site[]>();

function sitesOf(ground: PlantingGround): readonly Site[] {
  const known = sites.get(ground);
  if (known !== undefined) return known;
  const tree = treeOf(ground);
  const found = rootsOf(tree).map(
    (root): Site => ({ tree, root, has: (program) => programAt(tree, root, program) !== null }),
  );
  sites.set(ground, found);
  return found;
}

interface Vehicle {
  readonly id: string;
  readonly heldOut: boolean;
  /** Paths as the tree states them. */
  carriers(site: Site): readonly string[];
  plant(site: Site, carrier: string, lines: readonly string[], level: Level, draw: Draw): readonly Change[];
}

const scripts = new WeakMap<Site, readonly StartedScript[]>();

function startScripts(site: Site): readonly StartedScript[] {
  const known = scripts.get(site);
  if (known !== undefined) return known;
  const found = startedScripts(site.tree, site.root).filter(
    ({ text, reached, open }) => text.length > 0 && (open || reached.length > 1),
  );
  scripts.set(site, found);
  return found;
}

function scriptOf(site: Site, carrier: string): StartedScript | undefined {
  return startScripts(site).find(({ path }) => site.tree.stored(path) === carrier);
}

/** A line among those of a script that start-up runs. */
const startLine: Vehicle = {
  id: 'start-line',
  heldOut: false,
  carriers: (site) => startScripts(site).map(({ path }) => site.tree.stored(path)),
  plant(site, carrier, lines, level, draw) {
    const script = scriptOf(site, carrier);
    return script === undefined ? [] : [withLines({ tree: site.tree, script }, lines, level, draw)];
  },
};

/** A file of its own, called by a script that start-up runs. */
const ownFile: Vehicle = {
  id: 'own-file',
  heldOut: false,
  carriers: startLine.carriers,
  plant(site, carrier, lines, level, draw) {
    const script = scriptOf(site, carrier);
    if (script === undefined) return [];
    const { path, call, mode, head } = helperAt({ ...site, script }, level, draw);
    const text = `${[...head, ...lines].join('\n')}\n`;
    return [
      added(below(site.root, path), text, mode),
      withLines({ tree: site.tree, script }, [call], level, draw),
    ];
  },
};

/** Tables of times that are there, or the one that the system's clock daemon would read. */
function crontabsOf(site: Site): readonly string[] {
  const there = pathsOf(site).filter(
    (path) => isCrontab(inSystem(site, path)) && site.tree.text(path) !== null && !/\/\.[^/]*$/.test(path),
  );
  return there.map((path) => site.tree.stored(path));
}

/** A line of a table of times. */
const byTheClock: Vehicle = {
  id: 'by-the-clock',
  heldOut: false,
  carriers: crontabsOf,
  plant(site, carrier, lines, level, draw) {
    const path = pathsOf(site).find((one) => site.tree.stored(one) === carrier);
    const text = path === undefined ? null : site.tree.text(path);
    if (path === undefined || text === null) return [];
    const when =
      level === 'overt' ? '*/5 * * * *' : `${draw(60)} ${draw(6)} * * ${level === 'careful' ? '*' : draw(7)}`;
    const account = namesAccount(inSystem(site, path)) ? ' root' : '';
    const table = lines.map((line) => `${when}${account} ${line}`);
    return [edited(site.tree, path, [linesAt(text, text.length, table)])];
  },
};

/** A line of a script that the kernel, the network or a log-in starts. */
const onAnEvent: Vehicle = {
  id: 'on-an-event',
  heldOut: true,
  carriers: (site) =>
    pathsOf(site)
      .filter((path) => isHook(inSystem(site, path)))
      .filter((path) => {
        const script = scriptAt(site.tree, path);
        return script !== null && script.text.length > 0 && (script.open || script.reached.length > 1);
      })
      .map((path) => site.tree.stored(path)),
  plant(site, carrier, lines, level, draw) {
    const path = pathsOf(site).find((one) => site.tree.stored(one) === carrier);
    const script = path === undefined ? null : scriptAt(site.tree, path);
    return script === null ? [] : [withLines({ tree: site.tree, script }, lines, level, draw)];
  },
};

const VEHICLES: readonly Vehicle[] = [startLine, ownFile, byTheClock, onAnEvent];

const paths = new WeakMap<Site, readonly string[]>();

/** Plain paths below the root. */
function pathsOf(site: Site): readonly string[] {
  const known = paths.get(site);
  if (known !== undefined) return known;
  const found = site.tree.paths.filter((path) => site.root === '' || path.startsWith(`${site.root}/`));
  paths.set(site, found);
  return found;
}

/** Path as the running system has it. */
export function inSystem({ root }: Pick<Site, 'root'>, path: string): string {
  return `/${path.slice(root.length).replace(/^\//, '')}`;
}

// --- words borrowed from the target

/** Names of machines that the target's own settings and scripts name. */
export function hostsOf(site: Site): readonly string[] {
  const known = hosts.get(site);
  if (known !== undefined) return known;
  const texts = pathsOf(site)
    .filter((path) => /(?:^|\/)etc\//.test(path))
    .slice(0, FILES)
    .map((path) => site.tree.text(path) ?? '');
  const found = new Set(
    texts.flatMap((text) => (text.includes('\0') ? [] : (text.slice(0, 65_536).match(HOST) ?? []))),
  );
  const list = [...found].slice(0, 50);
  hosts.set(site, list);
  return list;
}

const hosts = new WeakMap<Site, readonly string[]>();
const FILES = 400;
const HOST = /\b[a-z0-9-]{2,20}(?:\.[a-z0-9-]{2,20}){0,2}\.(?:com|net|org|io)\b/g;

/** A host that nobody declared. Overt: nothing like it is there. Careful, concealed: a sibling of one the target names. */
export function foreignHost(site: Site, level: Level, draw: Draw): string {
  const letters = (n: number) =>
    Array.from({ length: n }, () => 'bcdfghjklmnprstvwz'.charAt(draw(18))).join('');
  const own = hostsOf(site);
  if (level === 'overt' || own.length === 0) return `${letters(9)}.net`;
  const model = pick(own, draw).split('.').slice(-2).join('.');
  return `${pick(['cdn', 'api', 'sync', 'edge', 'ota'], draw)}${draw(9) + 1}.${model}`;
}

/** An address that the target does not name. */
export function foreignAddress(draw: Draw): string {
  return `${pick([45, 91, 103, 185], draw)}.${draw(254) + 1}.${draw(254) + 1}.${draw(254) + 1}`;
}

/** A port that no usual service has. */
export function foreignPort(level: Level, draw: Draw): number {
  return level === 'overt' ? 4000 + draw(2000) : 20_000 + draw(30_000);
}

/** A device of the network, as the target names it. */
export function deviceOf(site: Site, draw: Draw): string {
  const used = new Set(
    startScripts(site).flatMap(({ text }) => text.match(/\b(?:br0|br-lan|eth[01]|wan0?|ppp0)\b/g) ?? []),
  );
  return used.size === 0 ? 'eth0' : pick([...used], draw);
}

/** Text as bytes of a file that is added. */
export function addedText(path: string, text: string, mode: number): Change {
  return added(path, latin1(Buffer.from(text)), mode);
}
