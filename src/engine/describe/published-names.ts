import type { Indicator, Knowledge } from '#domain/knowledge';
import type { PublishedObservation } from '#domain/observed-published';
import type { TreeObserver } from '#domain/plugin';

/** Files whose name or path was published with a case. */
export const publishedNames: TreeObserver = {
  kind: 'observer',
  id: 'published-names',
  version: 1,
  doc: {
    name: 'published names of files',
    says: 'Gives files and links of a tree whose name, or whose path from its end, was published with a documented case.',
    sources: ['data/known-cases/, each case with its own source'],
    limits: [
      'Only the published name, letter by letter; what the file holds is not looked at here.',
      'What appears only while the device runs, such as files in /var/run, is in no image.',
    ],
  },
  reads: 'tree',
  usesKnowledge: true,
  wants: (entry, knowledge) =>
    entry.type !== 'directory' && namesIn(knowledge).some(({ end }) => `/${entry.path}`.endsWith(end)),
  observe(entries, _open, place, knowledge) {
    return entries.flatMap((entry) =>
      namesIn(knowledge)
        .filter(({ end }) => `/${entry.path}`.endsWith(end))
        .map(
          (name): PublishedObservation => ({
            kind: 'published',
            place: place(entry, null),
            case: name.case,
            indicator: name.indicator,
            index: name.index,
          }),
        ),
    );
  },
};

interface Name {
  readonly case: string;
  readonly indicator: string;
  readonly index: number;
  /** The end of a path, with its slash. */
  readonly end: string;
}

const names = new WeakMap<Knowledge, readonly Name[]>();

function namesIn(knowledge: Knowledge): readonly Name[] {
  const known = names.get(knowledge);
  if (known !== undefined) return known;
  const fresh = knowledge.knownCases.flatMap(({ id, indicators }) =>
    indicators.flatMap((indicator, index) =>
      endsOf(indicator).map((end) => ({ case: id, indicator: indicator.kind, index, end })),
    ),
  );
  names.set(knowledge, fresh);
  return fresh;
}

function endsOf({ kind, value }: Indicator): readonly string[] {
  if (kind !== 'path' && kind !== 'url-path' && kind !== 'file') return [];
  return [value.startsWith('/') ? value : `/${value}`];
}
