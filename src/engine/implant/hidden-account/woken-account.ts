import type { Level } from '#domain/level';
import type { Draw, Template } from '#domain/plugin';
import {
  type Accounts,
  accountsOf,
  isLocked,
  type Line,
  newHash,
  shadowLine,
  shellInUse,
  staysOpen,
} from '#engine/implant/hidden-account/accounts';
import { inOrder, systemOf } from '#engine/ground/carriers';
import { type Edit, edited, linesAt } from '#engine/ground/edit';
import { pick } from '#engine/ground/draw';
import { opensAccess } from '#engine/implant/hidden-account/oracle/access';
import { isHash } from '#engine/ground/logins';
import { surveyOf } from '#engine/ground/survey';

/** An account of the system that nobody could log in to gets a password, and a shell where it had none. */
export const wokenAccount: Template = {
  id: 'woken-account',
  heldOut: false,
  carriers(ground) {
    const { tree, systems } = surveyOf(ground);
    return inOrder(
      systems
        .filter((system) => sleepers(accountsOf(tree, system)).length > 0)
        .map(({ passwd }) => tree.stored(passwd)),
    );
  },
  plant(ground, carrier, level, draw) {
    const { tree } = surveyOf(ground);
    const system = systemOf(ground, carrier);
    if (system === null) return [];
    const accounts = accountsOf(tree, system);
    const sleeper = chosen(sleepers(accounts), level, draw);
    if (sleeper === null) return [];
    const { line, secret } = sleeper;
    const shell = shellFor(line.fields[6] ?? '', level, () => shellInUse(accounts, tree, system, draw));
    const inPasswd = shell === null ? [] : [fieldEdit(line, 6, shell)];
    // A hash behind a lock is used as it stands: nothing new has to be written.
    const behind = /^[!*]+(.+)$/.exec(secret?.fields[1] ?? line.fields[1] ?? '')?.[1];
    const hash =
      level === 'concealed' && behind !== undefined && isHash(behind) ? behind : newHash(accounts, draw);
    if (line.fields[1] !== 'x' || accounts.shadow === null || system.shadow === null)
      return [edited(tree, system.passwd, [fieldEdit(line, 1, hash), ...inPasswd])];
    const inShadow =
      secret === null
        ? linesAt(accounts.shadow, accounts.shadow.length, [
            shadowLine(line.fields[0] ?? '', hash, accounts, draw),
          ])
        : fieldEdit(secret, 1, hash);
    const changed = edited(tree, system.shadow, [inShadow]);
    return inPasswd.length === 0 ? [changed] : [edited(tree, system.passwd, inPasswd), changed];
  },
  isActive: opensAccess,
};

/** A locked account: its line, and its line in shadow where it has one. */
interface Sleeper {
  readonly line: Line;
  readonly secret: Line | null;
}

function sleepers({ lines, secrets, shadow }: Accounts): readonly Sleeper[] {
  return lines.flatMap((line): readonly Sleeper[] => {
    const password = line.fields[1] ?? '';
    if (password !== 'x') return isLocked(password) ? [{ line, secret: null }] : [];
    const secret = secrets.get(line.fields[0] ?? '') ?? null;
    if (secret === null) return shadow === null ? [] : [{ line, secret }];
    return isLocked(secret.fields[1] ?? '') ? [{ line, secret }] : [];
  });
}

/** The careful one takes an account that has a shell already, where there is one. */
function chosen(all: readonly Sleeper[], level: Level, draw: Draw): Sleeper | null {
  const ready = all.filter(({ line }) => staysOpen(line.fields[6] ?? ''));
  const from = level === 'overt' || ready.length === 0 ? all : ready;
  return from.length === 0 ? null : pick(from, draw);
}

/** The new shell; null: the one there is will do. */
function shellFor(shell: string, level: Level, inUse: () => string): string | null {
  if (staysOpen(shell)) return null;
  if (level === 'overt') return '/bin/sh';
  return level === 'careful' ? inUse() : '';
}

function fieldEdit(line: Line, index: number, text: string): Edit {
  return { at: line.at[index] ?? line.start, remove: line.fields[index]?.length ?? 0, text };
}
