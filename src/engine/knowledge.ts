// Written by `npm run index` from data/; changes belong there.
import type { Knowledge } from '#domain/knowledge';

/** Published facts that come with this build. */
export const knowledge: Knowledge = {
  knownCases: [
  ],
  requirements: [
  ],
  dates: {
    'known-cases': 'none',
    'requirements': 'none',
  },
};
