import type { Change, Draw, Template } from '#domain/plugin';
import type { Level } from '#domain/level';
import {
  type Accounts,
  accountsOf,
  type Identity,
  type Line,
  likeNeighbour,
  newHash,
  passwdLine,
  plainIdentity,
  shadowLine,
  twinName,
} from '#engine/implant/hidden-account/accounts';
import { edited, linesAt } from '#engine/ground/edit';
import { pick } from '#engine/ground/draw';
import { opensAccess } from '#engine/implant/hidden-account/oracle/access';
import { type System, surveyOf } from '#engine/ground/survey';
import type { Tree } from '#engine/ground/tree';
import { systemOf, accountCarriers } from '#engine/ground/carriers';

/** A further line in the file of accounts, with its password where the system keeps passwords. */
export const furtherLine: Template = {
  id: 'further-line',
  heldOut: false,
  carriers: accountCarriers,
  plant(ground, carrier, level, draw) {
    const { tree } = surveyOf(ground);
    const system = systemOf(ground, carrier);
    if (system === null) return [];
    const accounts = accountsOf(tree, system);
    const { identity, behind } = newcomer(accounts, tree, system, level, draw);
    return lineChanges(tree, system, accounts, identity, behind, newHash(accounts, draw), draw, level);
  },
  isActive: opensAccess,
};

interface Newcomer {
  readonly identity: Identity;
  /** The line it stands behind; null: at the end. */
  readonly behind: Line | null;
}

function newcomer(accounts: Accounts, tree: Tree, system: System, level: Level, draw: Draw): Newcomer {
  switch (level) {
    case 'overt':
      return { identity: plainIdentity(accounts, draw), behind: null };
    case 'careful': {
      const { identity, neighbour } = likeNeighbour(accounts, tree, system, draw);
      return { identity, behind: neighbour };
    }
    case 'concealed': {
      const { identity, neighbour } = likeNeighbour(accounts, tree, system, draw);
      const [model = '', , uid = identity.uid, gid = identity.gid, gecos = '', home = '/'] =
        neighbour?.fields ?? [];
      // It shares its neighbour's number and description; an empty shell is the plain one.
      return {
        identity: { name: twinName(model, accounts, draw), uid, gid, gecos, home, shell: '' },
        behind: neighbour,
      };
    }
  }
}

/** The line in passwd, and in shadow where passwords stand there. */
export function lineChanges(
  tree: Tree,
  system: System,
  accounts: Accounts,
  identity: Identity,
  behind: Line | null,
  hash: string,
  draw: Draw,
  level: Level,
): readonly Change[] {
  const { passwd, shadow, shadowed, shadowLines, secrets } = accounts;
  const at = behind?.next ?? passwd.length;
  const line = passwdLine(identity, shadowed ? 'x' : hash);
  const first = edited(tree, system.passwd, [linesAt(passwd, at, [line])]);
  if (!shadowed || shadow === null || system.shadow === null) return [first];
  const twin = secrets.get(behind?.fields[0] ?? '');
  const elsewhere = level === 'concealed' && shadowLines.length > 0 ? pick(shadowLines, draw) : twin;
  const second = linesAt(shadow, elsewhere?.next ?? shadow.length, [
    shadowLine(identity.name, hash, accounts, draw),
  ]);
  return [first, edited(tree, system.shadow, [second])];
}
