import type { Statement, Strength } from '#domain/indication';
import type { StartObservation } from '#domain/observation';
import type { LogChangeForm, LogChangeObservation } from '#domain/observed-concealment';
import type { Examiner, Sight, Sighting } from '#domain/plugin';
import { reachedFilesIn } from '#domain/reached-files';
import { baseOf, cut, oneLine } from '#domain/wording';

/** Records of what happened that are removed, sent nowhere, or never made. */
export const logSuppression: Examiner = {
  kind: 'examiner',
  id: 'log-suppression',
  version: 1,
  doc: {
    name: 'records removed or kept away',
    says: 'Asks whether a script or setting removes single lines or whole records of log-ins and events, sends messages about authentication nowhere, ends the logging daemon without starting it again, or keeps shells from recording commands. Strength is linked where start-up or a log-in runs the file or a daemon reads it, else present.',
    sources: [
      '3GPP TS 33.117, 4.2.3.6.1 and 4.2.3.6.3',
      'syslog.conf(5); bash(1), HISTFILE',
      'MITRE ATT&CK T1070.002, T1070.003, T1562.001',
      'CWE-117, CWE-778',
    ],
    limits: [
      'Silent: what belongs to the keeping of logs: rotation, old files, start scripts that begin with empty records, shutdown, upgrade and factory reset, scripts of the logging daemon itself.',
      'A daemon that another script starts again counts as ended.',
      'What a compiled program removes is not seen, nor an edit of binary records by a tool of its own.',
    ],
  },
  question: 'concealment',
  reads: ['log-change', 'start'],
  examine: (sight) => examine(sight),
};

interface Found {
  readonly change: LogChangeObservation;
  readonly start: StartObservation | null;
}

function examine({ sightings }: Sight): readonly Statement[] {
  const reachedBy = reachedFilesIn(sightings);
  const found = sightings.flatMap(({ observation, tree }): readonly Found[] => {
    if (observation.kind !== 'log-change' || !speaks(observation, tree, sightings)) return [];
    return [{ change: observation, start: reachedBy(tree, observation.place.path ?? '') }];
  });
  const groups = Map.groupBy(found, ({ change }) => JSON.stringify(identityOf(change)));
  return [...groups.values()].map(statementOf);
}

const TEXTS = /(?:^|\/)(?:docs?|examples?|tests?)\//;

/** Files whose work it is to keep, empty or end logs. */
const KEEPING =
  /(?:^|\/)(?:dpkg|logrotate\.d|cron\.(?:daily|weekly|monthly))\/|(?:^|\/)(?:[SK]\d{1,3})?[\w.-]*(?:syslog|logrotate|logd|auditd?|journal|savelog|dmesg)[\w.-]*$|shutdown|reboot|halt|poweroff|umount|upgrade|flash|factory|restore|install|postrm|prerm|postinst|preinst|init\.d\/(?:[SK]\d+)?log$/i;

/** Records of who was there. */
const SESSIONS = /(?:^|\/)(?:wtmp|btmp|lastlog|auth\.log|secure|audit\.log|\.\w{0,8}history)$/;
const EVENTS = /(?:^|\/)(?:messages|syslog|daemon\.log|kern\.log|maillog)$/;

function speaks(change: LogChangeObservation, tree: string, sightings: readonly Sighting[]): boolean {
  const path = change.place.path ?? '';
  const isSelective = /(?:^|[\s;&|])(?:sed\s|grep\s+-\w*v)/.test(change.by);
  if (path === 'content' || TEXTS.test(path) || (KEEPING.test(path) && !isSelective)) return false;
  // a record below a variable folder belongs to another system: one that is built or repaired
  if (/^\$\{?\w*(?:root|target|dest)/i.test(change.of)) return false;
  switch (change.form) {
    case 'unrecorded':
      return true;
    case 'redirected':
      return /auth|secur|\*\.\*|\*\.(?:debug|info)|audit|wtmp|lastlog|history|messages|syslog/.test(
        change.of,
      );
    case 'suppressed':
      return !sightings.some(
        ({ observation, tree: other }) =>
          other === tree &&
          observation.kind === 'start' &&
          observation.place.path === change.place.path &&
          /log|audit|journal/.test(baseOf(observation.program)),
      );
    case 'wiped': {
      // lines taken out by number keep a log short
      const isByNumber = /\bsed\s+-\w*i\S*\s+["']?[\d,$]+d\b/.test(change.by);
      if (isSelective && !isByNumber) return SESSIONS.test(change.of) || EVENTS.test(change.of);
      if (isSelective) return false;
      const isStart =
        /(?:^|\/)(?:rc\w*|rcS|init|preinit|inittab|S\d{1,3}[\w.-]*)$|(?:^|\/)(?:init\.d|rc\d?\.d|preinit)\//.test(
          path,
        );
      return !isStart && (SESSIONS.test(change.of) || EVENTS.test(change.of));
    }
  }
}

function identityOf({ form, of, place }: LogChangeObservation): readonly string[] {
  return ['log-change', form, of, place.path ?? ''];
}

/** Files that a shell or the logging daemon reads by itself. */
function isRead(path: string): boolean {
  return /(?:^|\/)etc\/(?:profile(?:\.d\/[^/]+)?|bash\.bashrc|bashrc|shinit|r?syslog(?:-ng)?\.conf|r?syslog\.d\/[^/]+)$|(?:^|\/)\.(?:profile|bashrc|bash_profile|ashrc|shrc)$/.test(
    path,
  );
}

const WORDS: Readonly<Record<LogChangeForm, (of: string, by: string) => string>> = {
  suppressed: (of) => `${of} is ended and not started again`,
  wiped: (of, by) =>
    /(?:^|[\s;&|])(?:sed\s|grep\s+-\w*v)/.test(by)
      ? `Single lines are taken out of ${of}`
      : `${of} is emptied or removed`,
  redirected: (of) => (of.includes('/') ? `${of} leads nowhere` : `Messages of ${of} go nowhere`),
  unrecorded: (of) => `Shells record no commands (${of})`,
};

function statementOf(group: readonly Found[]): Statement {
  const [first] = group;
  if (first === undefined) throw new Error('a group is never empty');
  const { change, start } = first;
  const path = change.place.path ?? '';
  const strength: Strength = start !== null || isRead(path) ? 'linked' : 'present';
  return {
    question: 'concealment',
    title: cut(
      oneLine(`${WORDS[change.form](change.of, change.by)}: ${path === '' ? 'the image itself' : path}`),
      240,
    ),
    strength,
    facts: { undocumented: null, hardCoded: true, reachable: null, used: null },
    weaknesses: ['CWE-778'],
    requirements: ['TS 33.117 4.2.3.6.1', ...(change.form === 'wiped' ? ['TS 33.117 4.2.3.6.3'] : [])],
    identity: identityOf(change),
    places: [...group.map((one) => one.change.place), ...(start === null ? [] : [start.place])],
    matters:
      'What somebody does on the device afterwards, or did before, leaves no trace where the operator looks for it.',
    disproof:
      'Proof that the same events are recorded elsewhere before, or that nothing runs or reads the line; or its purpose from the vendor.',
  };
}
