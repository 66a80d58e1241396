/** How well a plant hides: plainly, like its surroundings, or encoded, split, renamed, triggered late. */
export const LEVELS = ['overt', 'careful', 'concealed'] as const;

export type Level = (typeof LEVELS)[number];
