import type { PlantingGround } from '#domain/plugin';
import { byteOrder } from '#domain/range';
import { type System, surveyOf } from '#engine/ground/survey';

/** Files of accounts of every system in the tree. */
export function accountCarriers(ground: PlantingGround): readonly string[] {
  const { tree, systems } = surveyOf(ground);
  return inOrder(systems.map(({ passwd }) => tree.stored(passwd)));
}

/** The system a file of accounts belongs to; null: none. */
export function systemOf(ground: PlantingGround, carrier: string): System | null {
  const { tree, systems } = surveyOf(ground);
  return systems.find(({ passwd }) => tree.stored(passwd) === carrier) ?? null;
}

/** Each once, in byte order. */
export function inOrder(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)].toSorted(byteOrder);
}
