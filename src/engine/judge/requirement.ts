import type { Declaration } from '#domain/declaration';
import type { Requirement, RequirementNeed } from '#domain/knowledge';
import type { SettingObservation } from '#domain/observed-interception';
import type { Indication, RequirementVerdict } from '#domain/record';

/** What the verdicts on requirements rest on. */
export interface RequirementGrounds {
  readonly indications: readonly Pick<Indication, 'id' | 'requirements'>[];
  /** Statements of configurations, in the order seen. */
  readonly settings: readonly Pick<SettingObservation, 'subject' | 'written'>[];
  readonly given: ReadonlySet<RequirementNeed>;
  /** Ids of the examiners of this build. */
  readonly asked: ReadonlySet<string>;
  /** Share of the bytes of the content that were explained, 0..1, and what the gate asks for. */
  readonly coverage: { readonly share: number; readonly gate: number };
  readonly declaration: Pick<Declaration, 'documents'> | null;
}

/** Says of every requirement whether it is satisfied. "Satisfied" is said only where an examination of files can decide it
 *  both ways, all it needs was given, an examiner of this build asked, and enough of the bytes were explained. */
export function requirementVerdicts(
  requirements: readonly Requirement[],
  grounds: RequirementGrounds,
): readonly RequirementVerdict[] {
  return requirements.map((requirement) => {
    const { catalogue, clause, title } = requirement;
    const name = `${catalogue} ${clause}`;
    const against = grounds.indications
      .filter(({ requirements: clauses }) => clauses.includes(name))
      .map(({ id }) => id);
    return { catalogue, clause, title, ...verdictOn(requirement, against, grounds), indications: against };
  });
}

type Verdict = Pick<RequirementVerdict, 'verdict' | 'why'>;

function verdictOn(
  requirement: Requirement,
  against: readonly string[],
  grounds: RequirementGrounds,
): Verdict {
  switch (requirement.decidability) {
    case 'live':
      return undecided('live test needed: neither files nor captures nor documents decide it');
    case 'document':
      return undecided(documentText(requirement, grounds));
    case 'indicate':
      return undecided(indicatedText(requirement, against, grounds));
    case 'fail-only':
      return against.length > 0
        ? violated(against)
        : undecided(
            openText(requirement, grounds) ??
              `nothing seen speaks against it${settingsText(requirement, grounds)}; that it holds everywhere only a live test shows`,
          );
    case 'full':
      if (against.length > 0) return violated(against);
      return (
        fullyOpen(requirement, grounds) ?? {
          verdict: 'satisfied',
          why: `${requirement.examiners.filter((id) => grounds.asked.has(id)).join(', ')} looked and nothing speaks against it`,
        }
      );
  }
}

function undecided(why: string): Verdict {
  return { verdict: 'not-decided', why };
}

function violated(against: readonly string[]): Verdict {
  return {
    verdict: 'not-satisfied',
    why: `${against.length} ${against.length === 1 ? 'indication speaks' : 'indications speak'} against it`,
  };
}

/** Needs in words, as something that was not given. */
const NEEDS: Readonly<Record<RequirementNeed, string>> = {
  firmware: 'firmware that could be opened',
  config: 'a configuration that could be read',
  capture: 'a capture',
  scan: 'a scan',
  'whole-scan': 'a scan of all TCP and UDP ports of a host',
  accounts: 'a declaration of accounts',
  matrix: 'a communication matrix',
  'privileged-files': 'a declaration of the files that raise privilege',
  components: 'a declaration of components',
  documents: 'a document of the vendor',
  'end-of-life': 'data on the end of support',
  vulnerabilities: 'data on known holes',
  'second-image': 'a second release or device',
  code: 'the examination of compiled code',
  'live-test': 'a live test',
};

/** Why nothing can be said against or for it: nothing that shows it was given, or nobody asked. Null: it was looked at. */
function openText(requirement: Requirement, grounds: RequirementGrounds): string | null {
  const { needs } = requirement;
  const onWire = needs.filter((need) => need === 'capture' || need === 'scan' || need === 'whole-scan');
  if (onWire.length > 0 && !onWire.some((need) => grounds.given.has(need))) return 'needs a capture or scan';
  if (!needs.some((need) => grounds.given.has(need)))
    return `needs ${needs.map((need) => NEEDS[need]).join(', ')}`;
  return wasAsked(requirement, grounds) ? null : 'no examiner of this version asks for it';
}

/** As {@link openText} where silence would be taken for an answer: every need counts, and the bytes that were explained. */
function fullyOpen(requirement: Requirement, grounds: RequirementGrounds): Verdict | null {
  const open = openText(requirement, grounds);
  if (open !== null) return undecided(open);
  const missing = requirement.needs.filter((need) => !grounds.given.has(need));
  if (missing.length > 0) return undecided(`needs ${missing.map((need) => NEEDS[need]).join(', ')}`);
  if (!requirement.examiners.some((id) => grounds.asked.has(id)))
    return undecided('no examiner of this version asks for it');
  const { share, gate } = grounds.coverage;
  if (share < gate) {
    return undecided(
      `nothing seen speaks against it, but only ${percent(share)} of the content is explained, the gate asks for ${percent(gate)}`,
    );
  }
  return null;
}

function wasAsked(
  { examiners, settings }: Requirement,
  { asked, settings: seen }: RequirementGrounds,
): boolean {
  return examiners.some((id) => asked.has(id)) || seen.some(({ subject }) => settings.includes(subject));
}

function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

/** Settings shown with one requirement. */
const SHOWN = 3;
const WRITTEN_LIMIT = 60;

/** `; seen: "exec-timeout 0 0"`; empty: none. */
function settingsText({ settings }: Requirement, { settings: seen }: RequirementGrounds): string {
  const written = new Set(
    seen.filter(({ subject }) => settings.includes(subject)).map((setting) => setting.written),
  );
  if (written.size === 0) return '';
  const shown = [...written]
    .slice(0, SHOWN)
    .map((text) => `"${text.slice(0, WRITTEN_LIMIT).toWellFormed()}"`);
  const more = written.size > SHOWN ? ` and ${written.size - SHOWN} more` : '';
  return `, seen: ${shown.join(', ')}${more}`;
}

function indicatedText(
  requirement: Requirement,
  against: readonly string[],
  grounds: RequirementGrounds,
): string {
  const seen = settingsText(requirement, grounds);
  if (against.length > 0) return `${violated(against).why}${seen}; a live test decides`;
  if (seen !== '') return `a live test decides${seen}`;
  return openText(requirement, grounds) ?? 'no setting that shows it was seen; a live test decides';
}

function documentText(requirement: Requirement, { declaration }: RequirementGrounds): string {
  const documents = declaration?.documents ?? [];
  if (documents.length === 0) return `needs ${NEEDS.documents}`;
  const titles = documents.slice(0, SHOWN).map(({ subject, title }) => `${title} (${subject})`);
  return `documents were handed in: ${titles.join(', ')}; a person judges whether they show that ${lowerFirst(requirement.says)}`;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1).replace(/\.$/, '');
}
