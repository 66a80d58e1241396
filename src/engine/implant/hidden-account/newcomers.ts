import type { Level } from '#domain/level';
import type { Draw } from '#domain/plugin';
import {
  type Accounts,
  accountsOf,
  type Identity,
  likeNeighbour,
  newHash,
  passwdLine,
  plainIdentity,
  twinName,
} from '#engine/implant/hidden-account/accounts';
import type { StartPlace } from '#engine/ground/script-places';

/** An account for a script to make, with its password. */
export interface Newcomer {
  readonly identity: Identity;
  readonly hash: string;
  /** The whole line of passwd, the password in it. */
  readonly line: string;
}

/** Overt: a name of its own. Careful: like a neighbour. Concealed: a neighbour's twin, superuser, with the empty shell. */
export function newcomerAt({ tree, system }: StartPlace, level: Level, draw: Draw): Newcomer {
  const accounts = accountsOf(tree, system);
  const identity = {
    ...identityAt(accounts, level, draw, () => likeNeighbour(accounts, tree, system, draw)),
  };
  const hash = newHash(accounts, draw);
  return { identity, hash, line: passwdLine(identity, hash) };
}

function identityAt(
  accounts: Accounts,
  level: Level,
  draw: Draw,
  like: () => ReturnType<typeof likeNeighbour>,
): Identity {
  if (level === 'overt') return { ...plainIdentity(accounts, draw), uid: '0', gid: '0' };
  const { identity, neighbour } = like();
  const plain = { ...identity, gecos: sayable(identity.gecos), home: sayable(identity.home) };
  if (level === 'careful') return plain;
  const model = neighbour?.fields[0];
  return {
    ...plain,
    name: model === undefined ? identity.name : twinName(model, accounts, draw),
    uid: '0',
    shell: '',
  };
}

/** Text that needs no quoting of its own between single quotes. */
function sayable(text: string): string {
  return text.replaceAll(/[^\w ,./()+-]/g, '');
}
