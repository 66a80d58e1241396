import type { Level } from '#domain/level';
import type { Draw, Template } from '#domain/plugin';
import {
  type Accounts,
  accountsOf,
  type Identity,
  type Line,
  likeNeighbour,
  newHash,
  ownName,
  twinName,
} from '#engine/implant/hidden-account/accounts';
import { accountCarriers, systemOf } from '#engine/ground/carriers';
import { lineChanges } from '#engine/implant/hidden-account/further-line';
import { pick } from '#engine/ground/draw';
import { opensAccess } from '#engine/implant/hidden-account/oracle/access';
import { type System, surveyOf } from '#engine/ground/survey';
import type { Tree } from '#engine/ground/tree';

/** A second account with the superuser's number. */
export const secondSuperuser: Template = {
  id: 'second-superuser',
  heldOut: false,
  carriers: accountCarriers,
  plant(ground, carrier, level, draw) {
    const { tree } = surveyOf(ground);
    const system = systemOf(ground, carrier);
    if (system === null) return [];
    const accounts = accountsOf(tree, system);
    const { identity, behind } = double(accounts, tree, system, level, draw);
    return lineChanges(tree, system, accounts, identity, behind, newHash(accounts, draw), draw, level);
  },
  isActive: opensAccess,
};

function double(
  accounts: Accounts,
  tree: Tree,
  system: System,
  level: Level,
  draw: Draw,
): { readonly identity: Identity; readonly behind: Line | null } {
  if (level === 'overt') {
    const identity = {
      name: ownName(accounts, draw),
      uid: '0',
      gid: '0',
      gecos: '',
      home: '/',
      shell: '/bin/sh',
    };
    return { identity, behind: null };
  }
  const { identity, neighbour } = likeNeighbour(accounts, tree, system, draw);
  if (level === 'careful') return { identity: { ...identity, uid: '0' }, behind: neighbour };
  // The number as nobody writes it, which counts as nothing but zero.
  const uid = pick(['00', '000', '0000'], draw);
  const name = neighbour === null ? identity.name : twinName(neighbour.fields[0] ?? '', accounts, draw);
  return { identity: { ...identity, name, uid, gid: neighbour?.fields[3] ?? '0' }, behind: neighbour };
}
