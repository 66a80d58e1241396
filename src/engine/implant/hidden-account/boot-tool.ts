import type { Level } from '#domain/level';
import type { Draw, Template } from '#domain/plugin';
import { accountsOf, isLocked } from '#engine/implant/hidden-account/accounts';
import { pick } from '#engine/ground/draw';
import { newcomerAt } from '#engine/implant/hidden-account/newcomers';
import { opensAccess } from '#engine/implant/hidden-account/oracle/access';
import { scriptCarriers, type StartPlace, startPlace, withLines } from '#engine/ground/script-places';

/** A script of start-up has the system's own tools make an account, or wake one. */
export const bootTool: Template = {
  id: 'boot-tool',
  heldOut: false,
  carriers: (ground) => scriptCarriers(ground, (place) => waysOf(place).length > 0),
  plant(ground, carrier, level, draw) {
    const place = startPlace(ground, carrier);
    const ways = place === null ? [] : waysOf(place);
    if (place === null || ways.length === 0) return [];
    return [withLines(place, phrased(pick(ways, draw)(level, draw), level, draw), level, draw)];
  },
  isActive: opensAccess,
};

/** Commands one after another, each with the tool first. */
type Way = (level: Level, draw: Draw) => readonly string[];

function waysOf(place: StartPlace): readonly Way[] {
  const ways: Way[] = [];
  const { has } = place;
  if (has('useradd')) {
    ways.push((level, draw) => {
      const { identity, hash } = newcomerAt(place, level, draw);
      const { name, uid, home } = identity;
      return [
        `useradd -o -u ${Number(uid)} -d ${home} -s ${identity.shell || '/bin/sh'} -p '${hash}' ${name}`,
      ];
    });
  }
  if (has('adduser') && has('chpasswd')) {
    ways.push((level, draw) => {
      const { identity, hash } = newcomerAt(place, level, draw);
      return [
        `adduser -D -H -h ${identity.home} -s ${identity.shell || '/bin/sh'} ${identity.name}`,
        `echo '${identity.name}:${hash}' | chpasswd -e`,
      ];
    });
  }
  const sleepers = accountsOf(place.tree, place.system).lines.filter(
    ({ fields }) => (fields[1] === 'x' || isLocked(fields[1] ?? '')) && /^$|sh$/.test(fields[6] ?? ''),
  );
  if (has('chpasswd') && sleepers.length > 0) {
    ways.push((level, draw) => [
      `echo '${pick(sleepers, draw).fields[0] ?? ''}:${newcomerAt(place, level, draw).hash}' | chpasswd -e`,
    ]);
  }
  if (has('usermod') && sleepers.length > 0) {
    ways.push((level, draw) => [
      `usermod -p '${newcomerAt(place, level, draw).hash}' ${pick(sleepers, draw).fields[0] ?? ''}`,
    ]);
  }
  return ways;
}

/** Careful: without a word on the console. Concealed: the tool's name comes together only when it runs. */
function phrased(commands: readonly string[], level: Level, draw: Draw): readonly string[] {
  if (level === 'overt') return commands;
  if (level === 'careful') return commands.map((command) => `${command} >/dev/null 2>&1`);
  const lines: string[] = [];
  for (const command of commands) {
    const piped = /^(.*\| )?(\w+)( .*)$/.exec(command);
    const tool = piped?.[2] ?? command;
    const cut = 1 + draw(Math.max(1, tool.length - 1));
    const name = `${'ghkmnpqrtvwz'.charAt(draw(12))}${draw(100)}`;
    lines.push(
      `${name}=${tool.slice(cut)}`,
      `${piped?.[1] ?? ''}${tool.slice(0, cut)}$\{${name}}${piped?.[3] ?? ''} 2>/dev/null`,
    );
  }
  return lines;
}
