import type { Level } from '#domain/level';
import type { Draw, Template } from '#domain/plugin';
import {
  type Accounts,
  accountsOf,
  type Line,
  newHash,
  shellInUse,
  staysOpen,
} from '#engine/implant/hidden-account/accounts';
import { inOrder, systemOf } from '#engine/ground/carriers';
import { edited } from '#engine/ground/edit';
import { pick } from '#engine/ground/draw';
import { opensAccess } from '#engine/implant/hidden-account/oracle/access';
import { surveyOf } from '#engine/ground/survey';

/** A password in passwd itself for an account whose password stands in shadow: the one in passwd counts, while shadow
 *  goes on saying what it said. */
export const passwordInPasswd: Template = {
  id: 'password-in-passwd',
  heldOut: false,
  carriers(ground) {
    const { tree, systems } = surveyOf(ground);
    return inOrder(
      systems.filter((system) => accountsOf(tree, system).shadowed).map(({ passwd }) => tree.stored(passwd)),
    );
  },
  plant(ground, carrier, level, draw) {
    const { tree } = surveyOf(ground);
    const system = systemOf(ground, carrier);
    if (system === null) return [];
    const accounts = accountsOf(tree, system);
    const line = chosen(accounts, level, draw);
    if (line === null) return [];
    const shell = line.fields[6] ?? '';
    const password = { at: line.at[1] ?? 0, remove: 1, text: newHash(accounts, draw) };
    const opened =
      level === 'concealed' ? '' : level === 'overt' ? '/bin/sh' : shellInUse(accounts, tree, system, draw);
    const edits = staysOpen(shell)
      ? [password]
      : [password, { at: line.at[6] ?? 0, remove: shell.length, text: opened }];
    return [edited(tree, system.passwd, edits)];
  },
  isActive: opensAccess,
};

/** Overt: the first account, which is the superuser. Careful: one that has a shell. Concealed: one of the last. */
function chosen({ lines }: Accounts, level: Level, draw: Draw): Line | null {
  const all = lines.filter(({ fields }) => fields[1] === 'x');
  const [first = null] = all;
  if (first === null || level === 'overt') return first;
  if (level === 'careful') {
    const ready = all.filter(({ fields }) => staysOpen(fields[6] ?? ''));
    return pick(ready.length === 0 ? all : ready, draw);
  }
  return pick(all.slice(Math.floor(all.length / 2)), draw);
}
