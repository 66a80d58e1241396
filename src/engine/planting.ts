import { createHash } from 'node:crypto';
import type { Artefact } from '#domain/artefact';
import { LEVELS, type Level } from '#domain/level';
import type { Change, Draw, Implant, PlantingGround, Template } from '#domain/plugin';
import type { Blobs } from '#domain/ports';
import type { Registry } from '#domain/registry';
import type { Ground, Outcome, Plant, PlantedChange, PlantTask } from '#domain/task';
import { wholeOf } from '#engine/bytes/source';

/** Largest file a template may read: account files, scripts and configurations are far smaller. */
const READ_LIMIT = 1024 * 1024;

/** How often a plant is drawn again when its oracle finds it inert. */
const REDRAWS = 8;

/** A template with a place it can use. */
interface Site {
  readonly tree: string;
  readonly ground: PlantingGround;
  readonly carrier: string;
}

/** Draws the places of one class over all grounds and makes its plants; contents go to the store.
 *  Templates take turns, so that each has its share; carriers are drawn evenly among those a template accepts. */
export function plantClass(task: PlantTask, registry: Registry, blobs: Blobs): Outcome {
  const implant = registry.implants.find((candidate) => candidate.id === task.implant);
  if (implant === undefined) throw new Error(`no implant ${task.implant}`);
  const grounds = task.grounds.map((ground) => ({ tree: ground.tree, ground: groundOf(ground, blobs) }));
  const sites = new Map<Template, readonly Site[]>();
  for (const template of implant.templates) {
    const found = grounds.flatMap(({ tree, ground }) =>
      template.carriers(ground).map((carrier) => ({ tree, ground, carrier })),
    );
    if (found.length > 0) sites.set(template, found);
  }
  const plants: Plant[] = [];
  const unplantable: Partial<Record<Level, string>> = {};
  for (const level of LEVELS) {
    const made = plantLevel(task, implant, level, sites, blobs);
    if (made.length === 0)
      unplantable[level] = sites.size === 0 ? 'nothing here can carry it' : 'no plant became active';
    plants.push(...made);
  }
  return { kind: 'planted', plants, unplantable };
}

function plantLevel(
  task: PlantTask,
  implant: Implant,
  level: Level,
  sites: ReadonlyMap<Template, readonly Site[]>,
  blobs: Blobs,
): readonly Plant[] {
  const usable = [...sites];
  const plants: Plant[] = [];
  if (usable.length === 0) return plants;
  for (let i = 0; i < task.perLevel; i++) {
    const draw = drawFrom(`${task.seed}/${implant.id}/${level}/${i}`);
    const [template, places] = usable[i % usable.length] as (typeof usable)[number];
    const common = { level, template: template.id, heldOut: template.heldOut };
    if (draw(2 ** 32) < task.gapShare * 2 ** 32) {
      const lost = 'fell into bytes that nothing explains';
      plants.push({ ...common, tree: null, carrier: null, changes: [], lost });
      continue;
    }
    const plant = plantOne(template, places, level, draw, blobs);
    if (plant !== null) plants.push({ ...common, ...plant, lost: null });
  }
  return plants;
}

function plantOne(
  template: Template,
  places: readonly Site[],
  level: Level,
  draw: Draw,
  blobs: Blobs,
): Pick<Plant, 'tree' | 'carrier' | 'changes'> | null {
  for (let redraw = 0; redraw < REDRAWS; redraw++) {
    const site = places[draw(places.length)];
    if (site === undefined) return null;
    const changes = template.plant(site.ground, site.carrier, level, draw);
    if (changes.length > 0 && template.isActive(site.ground, changes)) {
      const stored = changes.map((change) => storeChange(change, blobs));
      return { tree: site.tree, carrier: site.carrier, changes: stored };
    }
  }
  return null;
}

function storeChange(change: Change, blobs: Blobs): PlantedChange {
  return {
    path: change.path,
    content: store(change.bytes, blobs),
    mode: change.mode,
    planted: change.planted,
  };
}

function store(bytes: Uint8Array, blobs: Blobs): Artefact {
  const deposit = blobs.deposit();
  deposit.write(bytes);
  return deposit.close();
}

/** A tree as templates see it; what is read comes from the store. */
export function groundOf(ground: Ground, blobs: Blobs): PlantingGround {
  const files = new Map(ground.entries.map((entry) => [entry.path, entry.content]));
  return {
    entries: ground.entries,
    read(path) {
      const content = files.get(path);
      if (content === undefined || content === null || content.size > READ_LIMIT) return null;
      return wholeOf(blobs.open(content.digest), READ_LIMIT);
    },
  };
}

/** Even draws from a seed: SHA-256 over seed and a counter, four bytes at a time, without modulo bias.
 *  @returns 0 ≤ draw(n) < n for 1 ≤ n ≤ 2^32 */
export function drawFrom(seed: string): Draw {
  let counter = 0;
  let block: Buffer = Buffer.alloc(0);
  let at = 0;
  const next = (): number => {
    if (at + 4 > block.length) {
      block = createHash('sha256').update(`${seed}/${counter++}`).digest();
      at = 0;
    }
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  return (n) => {
    const bound = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const value = next();
      if (value < bound) return value % n;
    }
  };
}
